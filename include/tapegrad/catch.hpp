// Derivative checks of tensor functions for tests that are written with Catch2, version 2 or 3.
// Opt-in: nothing else includes this header.
//
//   const auto x = tg::Tensor::from_vector<double>({1, 2, 3}).requires_grad_();
//   CHECK_GRAD([](const tg::Tensor& x) { return exp(x) / x; }, x);
//
// CHECK_GRAD(f, x...) compares the derivative of f(x...) with numeric slopes, by gradcheck(): f
// takes as many tensors as there are x and returns one; those that require grad are varied.
// CHECK_GRAD2 and CHECK_GRAD3 check the orders up to 2 and 3. REQUIRE_ in place of CHECK_ ends the
// test case when it fails. A GradcheckOptions may follow the tensors:
// CHECK_GRAD(f, x, tg::GradcheckOptions{.tolerance = 1e-4}).
//
// CHECK_MODULE(net, [&] { return loss(net(batch), y); }) checks the derivatives of a loss by all
// parameters of a module, under their names: "d f / d hidden.weight[0, 2]".
#pragma once

#include "tapegrad/gradcheck.hpp"
#include "tapegrad/gradtest/catch.hpp"
#include "tapegrad/nn/gradcheck.hpp"

#define CHECK_GRAD(...) CHECK(::tapegrad::check_grad(__VA_ARGS__))
#define CHECK_GRAD2(...) CHECK(::tapegrad::check_grad2(__VA_ARGS__))
#define CHECK_GRAD3(...) CHECK(::tapegrad::check_grad3(__VA_ARGS__))
#define CHECK_MODULE(...) CHECK(::tapegrad::nn::gradcheck(__VA_ARGS__))
#define REQUIRE_MODULE(...) REQUIRE(::tapegrad::nn::gradcheck(__VA_ARGS__))
#define REQUIRE_GRAD(...) REQUIRE(::tapegrad::check_grad(__VA_ARGS__))
#define REQUIRE_GRAD2(...) REQUIRE(::tapegrad::check_grad2(__VA_ARGS__))
#define REQUIRE_GRAD3(...) REQUIRE(::tapegrad::check_grad3(__VA_ARGS__))
