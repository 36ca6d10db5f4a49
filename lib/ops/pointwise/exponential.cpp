#include "tapegrad/ops/pointwise/exponential.hpp"

#include "ops/elementwise.hpp"
#include "ops/formulas.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

struct Exp : Unary<Exp> {
  static constexpr std::string_view name = "exp";
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return exp(x); }
  auto df(const auto&, const auto& y) const { return y; }
};

struct Log : Unary<Log> {
  static constexpr std::string_view name = "log";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return log(x); }
  auto df(const auto& x, const auto&) const { return 1 / x; }
};

struct Log1p : Unary<Log1p> {
  static constexpr std::string_view name = "log1p";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return log1p(x); }
  auto df(const auto& x, const auto&) const { return 1 / (1 + x); }
};

}  // namespace

Tensor exp(const Tensor& x) { return apply(Exp{}, x); }
Tensor log(const Tensor& x) { return apply(Log{}, x); }
Tensor log1p(const Tensor& x) { return apply(Log1p{}, x); }

}  // namespace tapegrad
