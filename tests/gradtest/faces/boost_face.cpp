#define BOOST_TEST_MODULE gradient
#include <tapegrad/gradtest/boost_test.hpp>

#include "functions.hpp"

BOOST_AUTO_TEST_CASE(right) { BOOST_CHECK_GRADIENT(volume, volume_gradient, box); }
BOOST_AUTO_TEST_CASE(wrong) { BOOST_CHECK_GRADIENT(volume, opposite_gradient, box); }
