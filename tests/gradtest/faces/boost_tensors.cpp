#define BOOST_TEST_MODULE tensors
#include <tapegrad/boost_test.hpp>

#include "tensors.hpp"

BOOST_AUTO_TEST_CASE(right) {
  const Box net;
  BOOST_CHECK_GRAD(volume, box());
  BOOST_CHECK_GRAD2(volume, box());
  BOOST_CHECK_GRAD3(volume, box());
  BOOST_CHECK_MODULE(net, [&] { return volume(net.sides); });
  BOOST_REQUIRE_GRAD(volume, box());
  BOOST_REQUIRE_GRAD2(volume, box());
  BOOST_REQUIRE_GRAD3(volume, box());
  BOOST_REQUIRE_MODULE(net, [&] { return volume(net.sides); });
}
BOOST_AUTO_TEST_CASE(wrong) {
  const Box net;
  BOOST_CHECK_GRAD2(opposite, box());
  BOOST_CHECK_MODULE(net, [&] { return opposite(net.sides); });
  BOOST_REQUIRE_GRAD3(opposite, box());
  BOOST_FAIL("not reached");
}
