// Catch2's main function, compiled once for all test programs. Version 3 brings its own.
#define CATCH_CONFIG_MAIN
#include "support/catch.hpp"
