#include "tapegrad/ops/pointwise/hyperbolic.hpp"

#include "ops/elementwise.hpp"
#include "ops/formulas.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

struct Sinh : Unary<Sinh> {
  static constexpr std::string_view name = "sinh";
  static constexpr bool vector = false;
  static constexpr bool vector_slope = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return sinh(x); }
  auto df(const auto& x, const auto&) const { return cosh(x); }
};

struct Cosh : Unary<Cosh> {
  static constexpr std::string_view name = "cosh";
  static constexpr bool vector = false;
  static constexpr bool vector_slope = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return cosh(x); }
  auto df(const auto& x, const auto&) const { return sinh(x); }
};

struct Asinh : Unary<Asinh> {
  static constexpr std::string_view name = "asinh";
  static constexpr bool vector = false;
  static constexpr bool vector_slope = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return asinh(x); }
  auto df(const auto& x, const auto&) const { return 1 / hypot(x, constant(x, 1)); }
};

struct Acosh : Unary<Acosh> {
  static constexpr std::string_view name = "acosh";
  static constexpr bool vector = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return acosh(x); }
  auto df(const auto& x, const auto&) const { return 1 / (sqrt(x - 1) * sqrt(x + 1)); }
};

struct Atanh : Unary<Atanh> {
  static constexpr std::string_view name = "atanh";
  static constexpr bool vector = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return atanh(x); }
  auto df(const auto& x, const auto&) const { return 1 / ((1 - x) * (1 + x)); }
};

}  // namespace

Tensor sinh(const Tensor& x) { return apply(Sinh{}, x); }
Tensor cosh(const Tensor& x) { return apply(Cosh{}, x); }
Tensor asinh(const Tensor& x) { return apply(Asinh{}, x); }
Tensor acosh(const Tensor& x) { return apply(Acosh{}, x); }
Tensor atanh(const Tensor& x) { return apply(Atanh{}, x); }

}  // namespace tapegrad
