// Tests of derivatives in Catch2, version 2 or 3. What is checked, and how, is in gradtest.hpp.
//
//   CHECK_GRADIENT(rosenbrock, rosenbrock_gradient, x);
//   CHECK_JACOBIAN(arm, arm_jacobian, q, gt::names{"shoulder", "elbow"});
//
// A REQUIRE_ in place of CHECK_ ends the test case when it fails.
#pragma once

#include <string>

#include "tapegrad/gradtest.hpp"

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>
#elif __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#else
#include <catch.hpp>
#endif

namespace Catch {

template <>
struct StringMaker<tapegrad::gradtest::Report> {
  static std::string convert(const tapegrad::gradtest::Report& report) { return report.text(); }
};

}  // namespace Catch

#define CHECK_GRADIENT(...) CHECK(::tapegrad::gradtest::check(__VA_ARGS__))
#define CHECK_JACOBIAN(...) CHECK(::tapegrad::gradtest::check(__VA_ARGS__))
#define CHECK_HESSIAN(...) CHECK(::tapegrad::gradtest::check_hessian(__VA_ARGS__))
#define CHECK_VJP(...) CHECK(::tapegrad::gradtest::check_vjp(__VA_ARGS__))
#define CHECK_JVP(...) CHECK(::tapegrad::gradtest::check_jvp(__VA_ARGS__))
#define CHECK_HVP(...) CHECK(::tapegrad::gradtest::check_hvp(__VA_ARGS__))
#define REQUIRE_GRADIENT(...) REQUIRE(::tapegrad::gradtest::check(__VA_ARGS__))
#define REQUIRE_JACOBIAN(...) REQUIRE(::tapegrad::gradtest::check(__VA_ARGS__))
#define REQUIRE_HESSIAN(...) REQUIRE(::tapegrad::gradtest::check_hessian(__VA_ARGS__))
#define REQUIRE_VJP(...) REQUIRE(::tapegrad::gradtest::check_vjp(__VA_ARGS__))
#define REQUIRE_JVP(...) REQUIRE(::tapegrad::gradtest::check_jvp(__VA_ARGS__))
#define REQUIRE_HVP(...) REQUIRE(::tapegrad::gradtest::check_hvp(__VA_ARGS__))
