// Derivative checks of tensor functions for tests that are written with doctest. Opt-in: nothing
// else includes this header.
//
//   CHECK_GRAD([](const tg::Tensor& x) { return exp(x) / x; }, x);
//   CHECK_MODULE(net, [&] { return loss(net(batch), y); });
//
// What CHECK_GRAD, CHECK_GRAD2, CHECK_GRAD3 and CHECK_MODULE check is said in tapegrad/catch.hpp.
// REQUIRE_ in place of CHECK_ ends the test case when it fails.
#pragma once

#include "tapegrad/gradcheck.hpp"
#include "tapegrad/gradtest/doctest.hpp"
#include "tapegrad/nn/gradcheck.hpp"

#define CHECK_GRAD(...) CHECK(::tapegrad::check_grad(__VA_ARGS__))
#define CHECK_GRAD2(...) CHECK(::tapegrad::check_grad2(__VA_ARGS__))
#define CHECK_GRAD3(...) CHECK(::tapegrad::check_grad3(__VA_ARGS__))
#define CHECK_MODULE(...) CHECK(::tapegrad::nn::gradcheck(__VA_ARGS__))
#define REQUIRE_MODULE(...) REQUIRE(::tapegrad::nn::gradcheck(__VA_ARGS__))
#define REQUIRE_GRAD(...) REQUIRE(::tapegrad::check_grad(__VA_ARGS__))
#define REQUIRE_GRAD2(...) REQUIRE(::tapegrad::check_grad2(__VA_ARGS__))
#define REQUIRE_GRAD3(...) REQUIRE(::tapegrad::check_grad3(__VA_ARGS__))
