#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <tapegrad/doctest.hpp>

#include "tensors.hpp"

TEST_CASE("right") {
  const Box net;
  CHECK_GRAD(volume, box());
  CHECK_GRAD2(volume, box());
  CHECK_GRAD3(volume, box());
  CHECK_MODULE(net, [&] { return volume(net.sides); });
  REQUIRE_GRAD(volume, box());
  REQUIRE_GRAD2(volume, box());
  REQUIRE_GRAD3(volume, box());
  REQUIRE_MODULE(net, [&] { return volume(net.sides); });
}
TEST_CASE("wrong") {
  const Box net;
  CHECK_GRAD2(opposite, box());
  CHECK_MODULE(net, [&] { return opposite(net.sides); });
  REQUIRE_GRAD3(opposite, box());
  FAIL("not reached");
}
