// Derivative checks of tensor functions for tests that are written with Boost.Test. Opt-in: nothing
// else includes this header.
//
//   BOOST_CHECK_GRAD([](const tg::Tensor& x) { return exp(x) / x; }, x);
//   BOOST_CHECK_MODULE(net, [&] { return loss(net(batch), y); });
//
// What they check is said in tapegrad/catch.hpp of CHECK_GRAD, CHECK_GRAD2, CHECK_GRAD3 and
// CHECK_MODULE. BOOST_REQUIRE_ in place of BOOST_CHECK_ ends the test case when it fails.
#pragma once

#include "tapegrad/gradcheck.hpp"
#include "tapegrad/gradtest/boost_test.hpp"
#include "tapegrad/nn/gradcheck.hpp"

#define BOOST_CHECK_GRAD(...) \
  BOOST_TEST_CHECK(::tapegrad::gradtest::asserted(::tapegrad::check_grad(__VA_ARGS__)))
#define BOOST_CHECK_GRAD2(...) \
  BOOST_TEST_CHECK(::tapegrad::gradtest::asserted(::tapegrad::check_grad2(__VA_ARGS__)))
#define BOOST_CHECK_GRAD3(...) \
  BOOST_TEST_CHECK(::tapegrad::gradtest::asserted(::tapegrad::check_grad3(__VA_ARGS__)))
#define BOOST_CHECK_MODULE(...) \
  BOOST_TEST_CHECK(::tapegrad::gradtest::asserted(::tapegrad::nn::gradcheck(__VA_ARGS__)))
#define BOOST_REQUIRE_GRAD(...) \
  BOOST_TEST_REQUIRE(::tapegrad::gradtest::asserted(::tapegrad::check_grad(__VA_ARGS__)))
#define BOOST_REQUIRE_GRAD2(...) \
  BOOST_TEST_REQUIRE(::tapegrad::gradtest::asserted(::tapegrad::check_grad2(__VA_ARGS__)))
#define BOOST_REQUIRE_GRAD3(...) \
  BOOST_TEST_REQUIRE(::tapegrad::gradtest::asserted(::tapegrad::check_grad3(__VA_ARGS__)))
#define BOOST_REQUIRE_MODULE(...) \
  BOOST_TEST_REQUIRE(::tapegrad::gradtest::asserted(::tapegrad::nn::gradcheck(__VA_ARGS__)))
