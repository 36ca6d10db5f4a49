#include "tapegrad/ops/loss.hpp"

#include "kernels/map_sum.hpp"
#include "ops/formulas.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

/// A loss of single elements, l = f(x, y), and its reduction in one loop. Op has f, dx and dy,
/// whose text runs on scalars, batches and tensors.
template <class Op>
struct PairLoss {
  static constexpr bool vector = true;
  static constexpr Needs saves(Needs) { return save_inputs; }
  Reduction reduction;

  explicit PairLoss(Reduction r) : reduction(r) {}

  Tensor forward(const Tensor& a, const Tensor& b) const {
    const DType dtype = result_type(a, b);
    const Tensor x = converted(a, dtype);
    const Tensor y = converted(b, dtype);
    Tensor out = make_tensor(dtype, reduction == Reduction::none ? x.shape() : Shape{});
    dispatch_floating(Op::name, dtype, [&]<class T>(std::type_identity<T>) {
      const Forward<Op> f{op()};
      if (reduction == Reduction::none) return map<T, T, T>(f, {ref(out), ref(x), ref(y)});
      const double total = map_sum<T, 2>(f, {ref(x), ref(y)});
      *ref(out).as<T>() = static_cast<T>(total * share(x));
    });
    return out;
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    const Tensor y = s[1];
    const auto dx = [this](const auto& v, const auto& w) { return op().dx(v, w); };
    const auto dy = [this](const auto& v, const auto& w) { return op().dy(v, w); };
    return {s.needs(0) ? flow(g, x, y, dx) : Tensor{}, s.needs(1) ? flow(g, x, y, dy) : Tensor{}};
  }

 private:
  const Op& op() const { return static_cast<const Op&>(*this); }

  /// What an element counts in the result.
  double share(const Tensor& x) const {
    return reduction == Reduction::mean ? 1 / static_cast<double>(x.numel()) : 1;
  }

  template <class D>
  Tensor flow(const Tensor& g, const Tensor& a, const Tensor& b, const D& d) const {
    const double each = share(a);
    if (recording()) return (reduction == Reduction::mean ? g * each : g) * d(a, b);
    const Tensor x = converted(a, g.dtype());
    const Tensor y = converted(b, g.dtype());
    Tensor out = make_tensor(g.dtype(), x.shape());
    const Layout wide = ref(g).layout->broadcast_to(x.shape());
    dispatch_floating(Op::name, g.dtype(), [&]<class T>(std::type_identity<T>) {
      map<T, T, T, T>([&](const auto& dl, const auto& v,
                          const auto& w) { return dl * constant(dl, each) * d(v, w); },
                      {ref(out), with_layout(ref(g), wide), ref(x), ref(y)});
    });
    return out;
  }
};

struct MseLoss : PairLoss<MseLoss> {
  static constexpr std::string_view name = "mse_loss";
  using PairLoss::PairLoss;
  auto f(const auto& x, const auto& y) const {
    const auto d = x - y;
    return d * d;
  }
  auto dx(const auto& x, const auto& y) const { return 2 * (x - y); }
  auto dy(const auto& x, const auto& y) const { return 2 * (y - x); }
};

struct L1Loss : PairLoss<L1Loss> {
  static constexpr std::string_view name = "l1_loss";
  using PairLoss::PairLoss;
  auto f(const auto& x, const auto& y) const { return abs(x - y); }
  auto dx(const auto& x, const auto& y) const { return sign_of(x - y); }
  auto dy(const auto& x, const auto& y) const { return sign_of(y - x); }
};

struct BinaryCrossEntropy : PairLoss<BinaryCrossEntropy> {
  static constexpr std::string_view name = "binary_cross_entropy";
  using PairLoss::PairLoss;
  /// log(x) and log(1 - x), where they are not too low.
  static auto log_yes(const auto& x) { return maximum(log(x), constant(x, -100)); }
  static auto log_no(const auto& x) { return maximum(log1p(-x), constant(x, -100)); }
  auto f(const auto& x, const auto& y) const { return (y - 1) * log_no(x) - y * log_yes(x); }
  auto dx(const auto& x, const auto& y) const {
    return (x - y) / maximum(x * (1 - x), constant(x, 1e-12));
  }
  auto dy(const auto& x, const auto&) const { return log_no(x) - log_yes(x); }
};

struct BinaryCrossEntropyWithLogits : PairLoss<BinaryCrossEntropyWithLogits> {
  static constexpr std::string_view name = "binary_cross_entropy_with_logits";
  using PairLoss::PairLoss;
  auto f(const auto& x, const auto& y) const {
    return maximum(x, constant(x, 0)) - x * y + log1p(exp(-abs(x)));
  }
  auto dx(const auto& x, const auto& y) const { return sigmoid_of(x) - y; }
  auto dy(const auto& x, const auto&) const { return -x; }
};

Tensor reduced(const Tensor& losses, Reduction reduction) {
  return reduction == Reduction::none   ? losses
         : reduction == Reduction::mean ? mean(losses)
                                        : sum(losses);
}

void check_pair(std::string_view operation, const Tensor& input, const Tensor& target) {
  check<ShapeError>(input.shape() == target.shape(),
                    "{}: shapes differ: input {}, target {}; reshape one of them", operation,
                    input.shape(), target.shape());
  check<DTypeError>(is_floating(result_type(input, target)),
                    "{}: needs a floating-point tensor, got input {}, target {}; convert the input "
                    "with to(float32)",
                    operation, input.dtype(), target.dtype());
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
  const Tensor x = as_floating(input);
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

Tensor mse_loss(const Tensor& input, const Tensor& target, const LossOptions& options) {
  check_pair("mse_loss", input, target);
  return apply(MseLoss(options.reduction), input, target);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, const LossOptions& options) {
  check_pair("l1_loss", input, target);
  return apply(L1Loss(options.reduction), input, target);
}

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyOptions& options) {
  constexpr std::string_view name = BinaryCrossEntropy::name;
  check_pair(name, input, target);
  check_weight(name, "weight", options.weight, input);
  check_probabilities(input);
  if (!options.weight.defined()) return apply(BinaryCrossEntropy(options.reduction), input, target);
  const Tensor losses = apply(BinaryCrossEntropy(Reduction::none), input, target);
  return reduced(losses * options.weight, options.reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsOptions& options) {
  constexpr std::string_view name = BinaryCrossEntropyWithLogits::name;
  check_pair(name, input, target);
  check_weight(name, "weight", options.weight, input);
  check_weight(name, "pos_weight", options.pos_weight, input);
  if (!options.weight.defined() && !options.pos_weight.defined()) {
    return apply(BinaryCrossEntropyWithLogits(options.reduction), input, target);
  }
  Tensor losses;
  if (options.pos_weight.defined()) {
    const Tensor factor = 1 + (options.pos_weight - 1) * target;
    losses = (1 - target) * input + factor * softplus(-input);
  } else {
    losses = apply(BinaryCrossEntropyWithLogits(Reduction::none), input, target);
  }
  return reduced(options.weight.defined() ? losses * options.weight : losses, options.reduction);
}

}  // namespace nn
}  // namespace tapegrad
