// Tests of derivatives in GoogleTest. What is checked, and how, is in gradtest.hpp.
//
//   EXPECT_GRADIENT(rosenbrock, rosenbrock_gradient, x);
#pragma once

#include <gtest/gtest.h>

#include "tapegrad/gradtest.hpp"

namespace tapegrad::gradtest {

inline testing::AssertionResult asserted(const Report& report) {
  if (report) return testing::AssertionSuccess() << report.text();
  return testing::AssertionFailure() << report.text();
}

}  // namespace tapegrad::gradtest

#define TAPEGRAD_GRADTEST(assertion, kind, ...) \
  assertion(::tapegrad::gradtest::asserted(::tapegrad::gradtest::kind(__VA_ARGS__)))

#define EXPECT_GRADIENT(...) TAPEGRAD_GRADTEST(EXPECT_TRUE, check, __VA_ARGS__)
#define EXPECT_JACOBIAN(...) TAPEGRAD_GRADTEST(EXPECT_TRUE, check, __VA_ARGS__)
#define EXPECT_HESSIAN(...) TAPEGRAD_GRADTEST(EXPECT_TRUE, check_hessian, __VA_ARGS__)
#define EXPECT_VJP(...) TAPEGRAD_GRADTEST(EXPECT_TRUE, check_vjp, __VA_ARGS__)
#define EXPECT_JVP(...) TAPEGRAD_GRADTEST(EXPECT_TRUE, check_jvp, __VA_ARGS__)
#define EXPECT_HVP(...) TAPEGRAD_GRADTEST(EXPECT_TRUE, check_hvp, __VA_ARGS__)
#define ASSERT_GRADIENT(...) TAPEGRAD_GRADTEST(ASSERT_TRUE, check, __VA_ARGS__)
#define ASSERT_JACOBIAN(...) TAPEGRAD_GRADTEST(ASSERT_TRUE, check, __VA_ARGS__)
#define ASSERT_HESSIAN(...) TAPEGRAD_GRADTEST(ASSERT_TRUE, check_hessian, __VA_ARGS__)
#define ASSERT_VJP(...) TAPEGRAD_GRADTEST(ASSERT_TRUE, check_vjp, __VA_ARGS__)
#define ASSERT_JVP(...) TAPEGRAD_GRADTEST(ASSERT_TRUE, check_jvp, __VA_ARGS__)
#define ASSERT_HVP(...) TAPEGRAD_GRADTEST(ASSERT_TRUE, check_hvp, __VA_ARGS__)
