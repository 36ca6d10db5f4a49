// Tests of derivatives in Boost.Test. What is checked, and how, is in gradtest.hpp.
//
//   BOOST_CHECK_GRADIENT(rosenbrock, rosenbrock_gradient, x);
#pragma once

#include <boost/test/unit_test.hpp>

#include "tapegrad/gradtest.hpp"

namespace tapegrad::gradtest {

inline boost::test_tools::assertion_result asserted(const Report& report) {
  boost::test_tools::assertion_result result(static_cast<bool>(report));
  result.message() << report.text();
  return result;
}

}  // namespace tapegrad::gradtest

#define TAPEGRAD_GRADTEST(assertion, kind, ...) \
  assertion(::tapegrad::gradtest::asserted(::tapegrad::gradtest::kind(__VA_ARGS__)))

#define BOOST_CHECK_GRADIENT(...) TAPEGRAD_GRADTEST(BOOST_TEST_CHECK, check, __VA_ARGS__)
#define BOOST_CHECK_JACOBIAN(...) TAPEGRAD_GRADTEST(BOOST_TEST_CHECK, check, __VA_ARGS__)
#define BOOST_CHECK_HESSIAN(...) TAPEGRAD_GRADTEST(BOOST_TEST_CHECK, check_hessian, __VA_ARGS__)
#define BOOST_CHECK_VJP(...) TAPEGRAD_GRADTEST(BOOST_TEST_CHECK, check_vjp, __VA_ARGS__)
#define BOOST_CHECK_JVP(...) TAPEGRAD_GRADTEST(BOOST_TEST_CHECK, check_jvp, __VA_ARGS__)
#define BOOST_CHECK_HVP(...) TAPEGRAD_GRADTEST(BOOST_TEST_CHECK, check_hvp, __VA_ARGS__)
#define BOOST_REQUIRE_GRADIENT(...) TAPEGRAD_GRADTEST(BOOST_TEST_REQUIRE, check, __VA_ARGS__)
#define BOOST_REQUIRE_JACOBIAN(...) TAPEGRAD_GRADTEST(BOOST_TEST_REQUIRE, check, __VA_ARGS__)
#define BOOST_REQUIRE_HESSIAN(...) TAPEGRAD_GRADTEST(BOOST_TEST_REQUIRE, check_hessian, __VA_ARGS__)
#define BOOST_REQUIRE_VJP(...) TAPEGRAD_GRADTEST(BOOST_TEST_REQUIRE, check_vjp, __VA_ARGS__)
#define BOOST_REQUIRE_JVP(...) TAPEGRAD_GRADTEST(BOOST_TEST_REQUIRE, check_jvp, __VA_ARGS__)
#define BOOST_REQUIRE_HVP(...) TAPEGRAD_GRADTEST(BOOST_TEST_REQUIRE, check_hvp, __VA_ARGS__)
