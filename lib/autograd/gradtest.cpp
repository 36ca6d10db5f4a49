// The engine of gradtest, compiled once. It is installed as a source too, for programs that link
// nothing of this library.
#define TAPEGRAD_GRADTEST_DEFINE
#include "tapegrad/gradtest/definitions.hpp"
