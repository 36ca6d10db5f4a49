#include "tapegrad/ops/pointwise/finite.hpp"

#include <limits>

#include "ops/beside.hpp"
#include "ops/formulas.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

struct NanToNum : Unary<NanToNum> {
  static constexpr std::string_view name = "nan_to_num";
  static constexpr Needs keeps = save_inputs;
  double nan;
  double above;
  double below;

  NanToNum(double n, double most, double least) : nan(n), above(most), below(least) {}
  void attributes(AttributeList& list) const {
    list("nan", nan);
    list("posinf", above);
    list("neginf", below);
  }
  auto f(const auto& x) const {
    const auto ends = where(x == constant(x, infinite), constant(x, above),
                            where(x == constant(x, -infinite), constant(x, below), x));
    return where(x == x, ends, constant(x, nan));
  }
  auto pull(const auto& g, const auto& x, const auto&) const {
    return where(abs(x) < constant(x, infinite), g, constant(g, 0));
  }
};

}  // namespace

Tensor isnan(const Tensor& x) {
  check_defined("isnan", x);
  return x != x;
}
Tensor isinf(const Tensor& x) {
  check_defined("isinf", x);
  return abs(x.detach()) == infinite;
}
Tensor isfinite(const Tensor& x) {
  check_defined("isfinite", x);
  return abs(x.detach()) < infinite;
}

Tensor nan_to_num(const Tensor& x, double nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  check_defined("nan_to_num", x, nan, posinf, neginf);
  if (!is_floating(x.dtype())) return x.clone();
  const double most = dispatch_stored(x.dtype(), []<class T>(std::type_identity<T>) {
    return static_cast<double>(std::numeric_limits<T>::max());
  });
  const NanToNum op(nan, posinf.value_or(most), neginf.value_or(-most));
  for (const double number : {op.nan, op.above, op.below}) check_fits(op.name, x.dtype(), number);
  return apply(op, x);
}

}  // namespace tapegrad
