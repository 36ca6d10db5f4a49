#include "ops/weighted.hpp"

#include "ops/elementwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

auto product(const auto& weight, const auto& x) {
  const auto zero = constant(weight, 0);
  return where(weight == zero, zero, weight * x);
}

struct Weighted : Binary<Weighted> {
  static constexpr std::string_view name = "weighted";
  static constexpr bool always_floating = true;
  static constexpr Needs saves(Needs needs) { return save_crosswise(needs); }
  auto f(const auto& weight, const auto& loss) const { return product(weight, loss); }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const auto to_loss = [](const auto& dl, const auto& w) { return product(w, dl); };
    return {s.needs(0) ? g * s[1] : Tensor{}, s.needs(1) ? pulled(to_loss, g, s[0]) : Tensor{}};
  }
};

}  // namespace

Tensor weighted(const Tensor& weight, const Tensor& loss) {
  return apply(Weighted{}, weight, loss);
}

Tensor reduced(const Tensor& losses, Reduction reduction) {
  return reduction == Reduction::none   ? losses
         : reduction == Reduction::mean ? mean(losses)
                                        : sum(losses);
}

}  // namespace tapegrad
