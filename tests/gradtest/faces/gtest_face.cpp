#include <tapegrad/gradtest/gtest.hpp>

#include "functions.hpp"

TEST(Gradient, Right) { EXPECT_GRADIENT(volume, volume_gradient, box); }
TEST(Gradient, Wrong) { EXPECT_GRADIENT(volume, opposite_gradient, box); }
