#include "ops/weighted.hpp"

#include "ops/elementwise.hpp"
#include "ops/formulas.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

struct Weighted : Binary<Weighted> {
  static constexpr std::string_view name = "weighted";
  static constexpr bool always_floating = true;
  static constexpr Needs saves(Needs needs) { return save_crosswise(needs); }
  auto f(const auto& weight, const auto& x) const { return weighted_of(weight, x); }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {s.needs(0) ? weighted(g, s[1]) : Tensor{}, s.needs(1) ? weighted(s[0], g) : Tensor{}};
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
