#include "tapegrad/ops/loss/binary_cross_entropy.hpp"

#include "ops/loss/pair_loss.hpp"
#include "ops/loss/weighted_logits.hpp"
#include "ops/value_check.hpp"
#include "ops/weighted.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// x, so far from 0 that a quotient by it stays finite.
auto no_zero(const auto& x) { return maximum(x, constant(x, 1e-12)); }

/// log(x) and log(1 - x), where they are not too low.
auto log_yes(const auto& x) { return maximum(log(x), constant(x, -100)); }
auto log_no(const auto& x) { return maximum(log1p(-x), constant(x, -100)); }

/// 1 / no_zero(x), whose derivatives of all orders are those of 1 / x with the same limit: those of
/// its text would be 0 beyond it.
struct BinaryCrossEntropyInverse : Unary<BinaryCrossEntropyInverse> {
  static constexpr std::string_view name = "binary_cross_entropy_inverse";
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return 1 / no_zero(x); }
  auto df(const auto&, const auto& y) const { return -(y * y); }
};

auto inverse_of(const auto& x) {
  if constexpr (is_tensor<decltype(x)>) {
    return apply(BinaryCrossEntropyInverse{}, x);
  } else {
    return BinaryCrossEntropyInverse{}.f(x);
  }
}

/// The derivative by the target, as an operation of its own: that of its text is infinite or NaN
/// where a logarithm has its limit.
struct BinaryCrossEntropyTarget : Unary<BinaryCrossEntropyTarget> {
  static constexpr std::string_view name = "binary_cross_entropy_target";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return log_no(x) - log_yes(x); }
  auto df(const auto& x, const auto&) const { return -(inverse_of(x) + inverse_of(1 - x)); }
};

/// The derivative of binary_cross_entropy, as an operation of its own: the quotient that has the
/// digits where x is near y is not the text that has them when it is differentiated again.
struct BinaryCrossEntropySlope : PairLoss<BinaryCrossEntropySlope> {
  static constexpr std::string_view name = "binary_cross_entropy_slope";
  using PairLoss::PairLoss;
  auto f(const auto& x, const auto& y) const {
    const auto zero = constant(x, 0);
    const auto product = x * (1 - x);
    const auto at_edge = (1 - y) / no_zero(1 - x) - y / no_zero(x);
    const auto inside = where(product < constant(x, 1e-12), at_edge, (x - y) / product);
    return where(x == y, zero, inside);
  }
  auto dx(const auto& x, const auto& y) const {
    const auto yes = inverse_of(x);
    const auto no = inverse_of(1 - x);
    return y * (yes * yes) + (1 - y) * (no * no);
  }
  auto dy(const auto& x, const auto&) const { return BinaryCrossEntropyTarget{}.df(x, 0); }
};

struct BinaryCrossEntropy : PairLoss<BinaryCrossEntropy> {
  static constexpr std::string_view name = "binary_cross_entropy";
  using PairLoss::PairLoss;
  auto f(const auto& x, const auto& y) const { return (y - 1) * log_no(x) - y * log_yes(x); }
  auto dx(const auto& x, const auto& y) const {
    const BinaryCrossEntropySlope slope(Reduction::none);
    if constexpr (is_tensor<decltype(x)>) {
      return apply(slope, x, y);
    } else {
      return slope.f(x, y);
    }
  }
  auto dy(const auto& x, const auto&) const {
    if constexpr (is_tensor<decltype(x)>) {
      return apply(BinaryCrossEntropyTarget{}, x);
    } else {
      return BinaryCrossEntropyTarget{}.f(x);
    }
  }
};

struct BinaryCrossEntropyWithLogits : PairLoss<BinaryCrossEntropyWithLogits> {
  static constexpr std::string_view name = "binary_cross_entropy_with_logits";
  using PairLoss::PairLoss;
  /// Nothing is subtracted: for a target of 0 or 1 the loss has all digits however small it is, and
  /// an infinite logit of the right sign costs nothing.
  auto f(const auto& x, const auto& y) const {
    const auto zero = constant(x, 0);
    const auto size = abs(x);
    const auto wrong = where(x >= zero, 1 - y, y);
    return where(wrong == zero, zero, wrong * size) + log1p(exp(-size));
  }
  auto dx(const auto& x, const auto& y) const { return sigmoid_minus(x, y); }
  auto dy(const auto& x, const auto&) const { return -x; }
};

/// result_type() of all arguments of a loss, as far as they are defined.
DType meeting_type(const Tensor& input, const Tensor& target, const Tensor& weight,
                   const Tensor& pos_weight = {}) {
  DType dtype = result_type(input, target);
  for (const Tensor* w : {&weight, &pos_weight}) {
    const bool counts = w->defined() && (w->dim() > 0 || input.dim() == 0);
    if (counts) dtype = promote(dtype, w->dtype());
  }
  return dtype;
}

void check_weight(std::string_view operation, std::string_view which, const Tensor& weight,
                  const Tensor& input) {
  if (!weight.defined()) return;
  check<ShapeError>(broadcasts_to(weight.shape(), input.shape()),
                    "{}: {} of shape {} doesn't broadcast to the input's {}", operation, which,
                    weight.shape(), input.shape());
}

/// NaN passes, as in every other loss.
void check_probabilities(const Tensor& input) {
  const Tensor x = converted(input, computed_in(as_floating(input).dtype()));
  const double outside =
      dispatch_floating("binary_cross_entropy", x.dtype(), [&]<class T>(std::type_identity<T>) {
        const auto is_outside = [](const auto& v) {
          const auto zero = constant(v, 0);
          const auto one = constant(v, 1);
          return where(v < zero, one, where(v > one, one, zero));
        };
        return map_sum<T, 1>(is_outside, {ref(x)});
      });
  if (outside == 0) return;
  const std::vector<double> values = x.to_vector<double>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    check<Error>(
        !(values[i] < 0 || values[i] > 1),
        "binary_cross_entropy: input {} at {} is outside [0, 1]; apply sigmoid() first, or "
        "use binary_cross_entropy_with_logits",
        values[i], position(static_cast<std::int64_t>(i), x.shape()));
  }
}

}  // namespace

namespace nn {

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyOptions& options) {
  constexpr std::string_view name = BinaryCrossEntropy::name;
  check_pair(name, input, target, options.reduction);
  check_weight(name, "weight", options.weight, input);
  check_values(check_probabilities, input);
  if (!options.weight.defined()) return apply(BinaryCrossEntropy(options.reduction), input, target);
  const Tensor x = input.to(meeting_type(input, target, options.weight));
  const Tensor losses = apply(BinaryCrossEntropy(Reduction::none), x, target);
  return reduced(weighted(options.weight, losses), options.reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsOptions& options) {
  constexpr std::string_view name = BinaryCrossEntropyWithLogits::name;
  check_pair(name, input, target, options.reduction);
  check_weight(name, "weight", options.weight, input);
  check_weight(name, "pos_weight", options.pos_weight, input);
  if (!options.weight.defined() && !options.pos_weight.defined()) {
    return apply(BinaryCrossEntropyWithLogits(options.reduction), input, target);
  }
  const DType dtype = meeting_type(input, target, options.weight, options.pos_weight);
  const Tensor y = target.to(dtype);
  Tensor no = 1 - y;
  Tensor yes = options.pos_weight.defined() ? options.pos_weight * y : y;
  if (options.weight.defined()) {
    no = weighted(options.weight, no);
    yes = weighted(options.weight, yes);
  }
  return reduced(weighted_logits(no, yes, input.to(dtype)), options.reduction);
}

}  // namespace nn
}  // namespace tapegrad
