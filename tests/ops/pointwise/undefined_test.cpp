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
const Tensor whole = ones({2, 3}, {.dtype = int64});

std::vector<test::UndefinedRow> choices() {
  return {
      {"floor", 1, [] { floor(none); }},
      {"ceil", 1, [] { ceil(none); }},
      {"round", 1, [] { round(none); }},
      {"trunc", 1, [] { trunc(none); }},
      {"frac", 1, [] { frac(none); }},
      {"isnan", 1, [] { isnan(none); }},
      {"isinf", 1, [] { isinf(none); }},
      {"isfinite", 1, [] { isfinite(none); }},
      {"nan_to_num", 1, [] { nan_to_num(none); }},
      {"signbit", 1, [] { signbit(none); }},
      {"logical_not", 1, [] { logical_not(none); }},
      {"bitwise_not", 1, [] { bitwise_not(none); }},
      {"remainder", 1, [] { remainder(none, x); }},
      {"remainder", 1, [] { remainder(none, 2); }},
      {"remainder", 2, [] { remainder(x, none); }},
      {"remainder", 2, [] { remainder(2, none); }},
      {"fmod", 1, [] { fmod(none, x); }},
      {"fmod", 1, [] { fmod(none, 2); }},
      {"fmod", 2, [] { fmod(x, none); }},
      {"fmod", 2, [] { fmod(2, none); }},
      {"floor_divide", 1, [] { floor_divide(none, x); }},
      {"floor_divide", 1, [] { floor_divide(none, 2); }},
      {"floor_divide", 2, [] { floor_divide(x, none); }},
      {"floor_divide", 2, [] { floor_divide(2, none); }},
      {"copysign", 1, [] { copysign(none, x); }},
      {"copysign", 1, [] { copysign(none, 2); }},
      {"copysign", 2, [] { copysign(x, none); }},
      {"copysign", 2, [] { copysign(2, none); }},
      {"bitwise_and", 1, [] { bitwise_and(none, whole); }},
      {"bitwise_and", 1, [] { bitwise_and(none, 2); }},
      {"bitwise_and", 2, [] { bitwise_and(whole, none); }},
      {"bitwise_and", 2, [] { bitwise_and(2, none); }},
      {"bitwise_or", 1, [] { bitwise_or(none, whole); }},
      {"bitwise_or", 1, [] { bitwise_or(none, 2); }},
      {"bitwise_or", 2, [] { bitwise_or(whole, none); }},
      {"bitwise_or", 2, [] { bitwise_or(2, none); }},
      {"bitwise_xor", 1, [] { bitwise_xor(none, whole); }},
      {"bitwise_xor", 1, [] { bitwise_xor(none, 2); }},
      {"bitwise_xor", 2, [] { bitwise_xor(whole, none); }},
      {"bitwise_xor", 2, [] { bitwise_xor(2, none); }},
      {"bitwise_left_shift", 1, [] { bitwise_left_shift(none, whole); }},
      {"bitwise_left_shift", 1, [] { bitwise_left_shift(none, 2); }},
      {"bitwise_left_shift", 2, [] { bitwise_left_shift(whole, none); }},
      {"bitwise_left_shift", 2, [] { bitwise_left_shift(2, none); }},
      {"bitwise_right_shift", 1, [] { bitwise_right_shift(none, whole); }},
      {"bitwise_right_shift", 1, [] { bitwise_right_shift(none, 2); }},
      {"bitwise_right_shift", 2, [] { bitwise_right_shift(whole, none); }},
      {"bitwise_right_shift", 2, [] { bitwise_right_shift(2, none); }},
      {"logical_and", 1, [] { logical_and(none, x); }},
      {"logical_and", 2, [] { logical_and(x, none); }},
      {"logical_or", 1, [] { logical_or(none, x); }},
      {"logical_or", 2, [] { logical_or(x, none); }},
      {"logical_xor", 1, [] { logical_xor(none, x); }},
      {"logical_xor", 2, [] { logical_xor(x, none); }},
      {"eq", 2, [] { (void)(1 == none); }},
      {"ne", 2, [] { (void)(1 != none); }},
      {"lt", 2, [] { (void)(1 < none); }},
      {"le", 2, [] { (void)(1 <= none); }},
      {"gt", 2, [] { (void)(1 > none); }},
      {"ge", 2, [] { (void)(1 >= none); }},
      {"bitwise_and", 1, [] { (void)(none & whole); }},
      {"bitwise_and", 2, [] { (void)(1 & none); }},
      {"bitwise_or", 1, [] { (void)(none | whole); }},
      {"bitwise_or", 2, [] { (void)(1 | none); }},
      {"bitwise_xor", 1, [] { (void)(none ^ whole); }},
      {"bitwise_xor", 2, [] { (void)(1 ^ none); }},
      {"remainder", 1, [] { (void)(none % whole); }},
      {"remainder", 2, [] { (void)(1 % none); }},
      {"bitwise_not", 1, [] { (void)~none; }},
      {"logical_not", 1, [] { (void)!none; }},
      {"lerp", 1, [] { lerp(none, x, 0.5); }},
      {"lerp", 2, [] { lerp(x, none, x); }},
      {"lerp", 3, [] { lerp(x, x, none); }},
      {"addcmul", 1, [] { addcmul(none, x, x); }},
      {"addcmul", 2, [] { addcmul(x, none, x); }},
      {"addcmul", 3, [] { addcmul(x, x, none); }},
      {"addcdiv", 1, [] { addcdiv(none, x, x); }},
      {"addcdiv", 2, [] { addcdiv(x, none, x); }},
      {"addcdiv", 3, [] { addcdiv(x, x, none); }},
  };
}

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
  test::check_undefined(choices());
}
