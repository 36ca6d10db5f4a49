// Tests of derivatives in doctest. What is checked, and how, is in gradtest.hpp.
//
//   CHECK_GRADIENT(rosenbrock, rosenbrock_gradient, x);
//
// A REQUIRE_ in place of CHECK_ ends the test case when it fails.
#pragma once

#if __has_include(<doctest/doctest.h>)
#include <doctest/doctest.h>
#else
#include <doctest.h>
#endif

#include "tapegrad/gradtest.hpp"

namespace doctest {

template <>
struct StringMaker<tapegrad::gradtest::Report> {
  static doctest::String convert(const tapegrad::gradtest::Report& report) {
    return report.text().c_str();
  }
};

}  // namespace doctest

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
