// Read by AddressSanitizer when a program starts; without it nothing calls this.

/// Memory that can't be had is an error that tests ask for, not the end of the program.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
