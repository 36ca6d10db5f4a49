// Derivative checks of tensor functions for tests that are written with GoogleTest. Opt-in: nothing
// else includes this header.
//
//   EXPECT_GRAD([](const tg::Tensor& x) { return exp(x) / x; }, x);
//   EXPECT_MODULE(net, [&] { return loss(net(batch), y); });
//
// What they check is said in tapegrad/catch.hpp of CHECK_GRAD, CHECK_GRAD2, CHECK_GRAD3 and
// CHECK_MODULE. ASSERT_ in place of EXPECT_ ends the test when it fails.
#pragma once

#include "tapegrad/gradcheck.hpp"
#include "tapegrad/gradtest/gtest.hpp"
#include "tapegrad/nn/gradcheck.hpp"

#define EXPECT_GRAD(...) \
  EXPECT_TRUE(::tapegrad::gradtest::asserted(::tapegrad::check_grad(__VA_ARGS__)))
#define EXPECT_GRAD2(...) \
  EXPECT_TRUE(::tapegrad::gradtest::asserted(::tapegrad::check_grad2(__VA_ARGS__)))
#define EXPECT_GRAD3(...) \
  EXPECT_TRUE(::tapegrad::gradtest::asserted(::tapegrad::check_grad3(__VA_ARGS__)))
#define EXPECT_MODULE(...) \
  EXPECT_TRUE(::tapegrad::gradtest::asserted(::tapegrad::nn::gradcheck(__VA_ARGS__)))
#define ASSERT_GRAD(...) \
  ASSERT_TRUE(::tapegrad::gradtest::asserted(::tapegrad::check_grad(__VA_ARGS__)))
#define ASSERT_GRAD2(...) \
  ASSERT_TRUE(::tapegrad::gradtest::asserted(::tapegrad::check_grad2(__VA_ARGS__)))
#define ASSERT_GRAD3(...) \
  ASSERT_TRUE(::tapegrad::gradtest::asserted(::tapegrad::check_grad3(__VA_ARGS__)))
#define ASSERT_MODULE(...) \
  ASSERT_TRUE(::tapegrad::gradtest::asserted(::tapegrad::nn::gradcheck(__VA_ARGS__)))
