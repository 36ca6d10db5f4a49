#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <tapegrad/gradtest/doctest.hpp>

#include "functions.hpp"

TEST_CASE("right") { CHECK_GRADIENT(volume, volume_gradient, box); }
TEST_CASE("wrong") { CHECK_GRADIENT(volume, opposite_gradient, box); }
