// Pointwise functions refuse an undefined tensor in their own name. The older ones stand in
// ops/undefined_test.cpp.
#include "support/catch.hpp"
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

const Tensor none;
const Tensor x = ones({2, 3});

std::vector<test::UndefinedRow> formulas() {
  return {
      {"exp2", 1, [] { exp2(none); }},
      {"expm1", 1, [] { expm1(none); }},
      {"log2", 1, [] { log2(none); }},
      {"log10", 1, [] { log10(none); }},
      {"rsqrt", 1, [] { rsqrt(none); }},
      {"reciprocal", 1, [] { reciprocal(none); }},
      {"sin", 1, [] { sin(none); }},
      {"cos", 1, [] { cos(none); }},
      {"tan", 1, [] { tan(none); }},
      {"asin", 1, [] { asin(none); }},
      {"acos", 1, [] { acos(none); }},
      {"atan", 1, [] { atan(none); }},
      {"sinc", 1, [] { sinc(none); }},
      {"sinh", 1, [] { sinh(none); }},
      {"cosh", 1, [] { cosh(none); }},
      {"asinh", 1, [] { asinh(none); }},
      {"acosh", 1, [] { acosh(none); }},
      {"atanh", 1, [] { atanh(none); }},
      {"erf", 1, [] { erf(none); }},
      {"erfc", 1, [] { erfc(none); }},
      {"erfinv", 1, [] { erfinv(none); }},
      {"lgamma", 1, [] { lgamma(none); }},
      {"digamma", 1, [] { digamma(none); }},
      {"logaddexp", 1, [] { logaddexp(none, x); }},
      {"logaddexp", 2, [] { logaddexp(x, none); }},
      {"logaddexp2", 1, [] { logaddexp2(none, x); }},
      {"logaddexp2", 2, [] { logaddexp2(x, none); }},
      {"hypot", 1, [] { hypot(none, x); }},
      {"hypot", 2, [] { hypot(x, none); }},
      {"atan2", 1, [] { atan2(none, x); }},
      {"atan2", 2, [] { atan2(x, none); }},
      {"polygamma", 2, [] { polygamma(1, none); }},
      {"xlogy", 1, [] { xlogy(none, x); }},
      {"xlogy", 1, [] { xlogy(none, 2); }},
      {"xlogy", 2, [] { xlogy(x, none); }},
      {"xlogy", 2, [] { xlogy(2, none); }},
  };
}

}  // namespace

TEST_CASE("a pointwise function says which of its arguments is undefined", "[undefined]") {
  test::check_undefined(formulas());
}
