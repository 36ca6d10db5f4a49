#include <tapegrad/gtest.hpp>

#include "tensors.hpp"

TEST(Tensors, Right) {
  const Box net;
  EXPECT_GRAD(volume, box());
  EXPECT_GRAD2(volume, box());
  EXPECT_GRAD3(volume, box());
  EXPECT_MODULE(net, [&] { return volume(net.sides); });
  ASSERT_GRAD(volume, box());
  ASSERT_GRAD2(volume, box());
  ASSERT_GRAD3(volume, box());
  ASSERT_MODULE(net, [&] { return volume(net.sides); });
}
TEST(Tensors, Wrong) {
  const Box net;
  EXPECT_GRAD2(opposite, box());
  EXPECT_MODULE(net, [&] { return opposite(net.sides); });
  ASSERT_GRAD3(opposite, box());
  FAIL() << "not reached";
}
