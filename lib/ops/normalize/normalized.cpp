#include "ops/normalize/normalized.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "autograd/several.hpp"
#include "kernels/copy.hpp"
#include "kernels/normalize.hpp"
#include "ops/floating.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// What is normalised together, as shapes: of x, with dimensions of their own for what the weights
/// differ by, and of the weights, to which they broadcast.
struct Canonical {
  Shape x, weight;
  Dims over;  ///< the dimensions of a unit
  /// Dimensions in which all elements have one weight.
  Dims shared() const {
    Dims dims;
    for (std::size_t d = 0; d < weight.size(); ++d) {
      if (weight[d] == 1) dims.push_back(static_cast<std::int64_t>(d));
    }
    return dims;
  }
};

/// x without the elements behind the channels: how many these are.
std::int64_t behind(const Shape& x) {
  std::int64_t n = 1;
  for (std::size_t d = 2; d < x.size(); ++d) n *= x[d];
  return n;
}

enum class Unit { row, group, channel };

/// What is normalised together.
struct Which {
  Unit kind;
  std::int64_t number;  ///< elements of a row, or groups
  bool centered = true;

  void each_size(const auto& f) { f(number); }
  Units units(const Shape& x) const {
    if (kind == Unit::row) {
      return {numel(x) / number, 1, number, number, 0, 1, 0, 0, true, centered};
    }
    const std::int64_t n = behind(x);
    if (kind == Unit::channel) return {x[1], x[0], n, n, x[1] * n, x[1], 1, 0, false, true};
    const std::int64_t each = x[1] / number;
    return {x[0] * number, each, n, each * n, n, number, each, 1, false, true};
  }
  Canonical canonical(const Shape& x) const {
    if (kind == Unit::row) return {{numel(x) / number, number}, {1, number}, {1}};
    const std::int64_t n = behind(x);
    if (kind == Unit::channel) return {{x[0], x[1], n}, {1, x[1], 1}, {0, 2}};
    const std::int64_t each = x[1] / number;
    return {{x[0], number, each, n}, {1, number, each, 1}, {2, 3}};
  }
};

/// A tensor as a kernel takes it, or nothing.
class Optional {
 public:
  explicit Optional(const Tensor& x) : x_(x.defined() ? x.contiguous() : x) {
    if (x_.defined()) ref_ = ref(x_);
  }
  const Ref* get() const { return ref_ ? &*ref_ : nullptr; }

 private:
  Tensor x_;
  std::optional<Ref> ref_;
};

struct NormToInputs {
  static constexpr std::string_view name = "norm_to_inputs";
  static constexpr bool takes_undefined = true;
  Which which;
  double eps;
  std::vector<Meta> results(const Tensor& g, const Tensor& x, const Tensor&, const Tensor&) const {
    const Shape channels{which.units(x.shape()).weights()};
    return {{g.dtype(), x.shape()}, {g.dtype(), channels}, {g.dtype(), channels}};
  }
  void into(Outputs outs, const Tensor& g, const Tensor& x, const Tensor& moments,
            const Tensor& weight) const {
    if (x.numel() == 0) {
      for (const Tensor& out : outs) fill(ref(out), 0);
      return;
    }
    const Tensor gradient = g.contiguous();
    const Tensor dense = x.contiguous();
    const Optional w(weight);
    normalize_back(ref(outs[0]), ref(outs[1]), ref(outs[2]), ref(gradient), ref(dense),
                   ref(moments), w.get(), eps, which.units(x.shape()));
  }
};

/// The same gradients as public operations, which are recorded.
Grads recorded_gradients(const Which& which, double eps, const Saved& s, const Tensor& g) {
  const Tensor x = s[0];
  const Canonical shape = which.canonical(x.shape());
  const auto average = [&](const Tensor& v) { return mean(v, shape.over, keepdim); };
  const bool centered = which.centered;
  const Tensor rows = x.reshape(shape.x);
  const Tensor d = centered ? rows - average(rows) : rows;
  const Tensor inverse = rsqrt(average(square(d)) + eps);
  const Tensor y = d * inverse;
  const Tensor gradient = g.reshape(shape.x);
  const auto to_weights = [&](const Tensor& v, std::size_t i) {
    return sum(v, shape.shared()).reshape(s.shape(i));
  };
  std::vector<Tensor> grads(s.size());
  if (s.needs(0)) {
    const Tensor w = s[1];
    const Tensor gw = w.defined() ? gradient * w.reshape(shape.weight) : gradient;
    const Tensor rest = centered ? gw - average(gw) : gw;
    grads[0] = ((rest - y * average(gw * y)) * inverse).reshape(x.shape());
  }
  if (s.needs(1)) grads[1] = to_weights(gradient * y, 1);
  if (s.needs(2)) grads[2] = to_weights(gradient, 2);
  return Grads(std::move(grads));
}

/// Inputs: x, weight, bias. Results: y, and the moments, which no derivative goes through. One type
/// for all kinds of norms, since a type takes as much code as an operation.
struct Normalizing {
  static constexpr bool takes_undefined = true;
  static constexpr Needs saves(Needs needs) {
    return asks_for(needs, 0) || asks_for(needs, 1) ? save_input(0) | save_input(1) | save_output
                                                    : save_nothing;
  }
  static constexpr bool keeps(std::size_t result) { return result == 1; }
  Which which;
  double eps;
  std::string_view name = which.kind == Unit::group     ? "group_norm"
                          : which.kind == Unit::channel ? "batch_norm"
                          : which.centered              ? "layer_norm"
                                                        : "rms_norm";
  void each_size(const auto& f) { which.each_size(f); }
  void attributes(AttributeList& list) const {
    if (which.kind == Unit::row) list("length", which.number);
    if (which.kind == Unit::group) list("groups", which.number);
    list("eps", eps);
  }
  std::vector<Meta> results(const Tensor& x, const Tensor&, const Tensor&) const {
    return {{x.dtype(), x.shape()}, {float64, {2, which.units(x.shape()).units}}};
  }
  void into(Outputs outs, const Tensor& x, const Tensor& weight, const Tensor& bias) const {
    if (x.numel() == 0) return fill(ref(outs[1]), 0);
    const Tensor dense = x.contiguous();
    const Optional w(weight);
    const Optional b(bias);
    normalize(ref(outs[0]), ref(outs[1]), ref(dense), w.get(), b.get(), eps,
              which.units(x.shape()));
  }
  Grads vjp(const SavedResults& s, std::span<const Tensor> gs) const {
    const Tensor g = gs[0];
    if (!s.needs(0) && !s.needs(1)) return only_bias(s, g);
    if (recording()) return recorded_gradients(which, eps, s, g);
    const std::vector<Tensor> all =
        untaped_several(NormToInputs{which, eps}, g, s[0], s.result(1), s[1]);
    return Grads(std::vector<Tensor>{s.needs(0) ? all[0] : Tensor{},
                                     s.needs(1) ? all[1].reshape(s.shape(1)) : Tensor{},
                                     s.needs(2) ? all[2].reshape(s.shape(2)) : Tensor{}});
  }

 private:
  Grads only_bias(const Saved& s, const Tensor& g) const {
    const Canonical shape = which.canonical(g.shape());
    return Grads(
        std::vector<Tensor>{{}, {}, sum(g.reshape(shape.x), shape.shared()).reshape(s.shape(2))});
  }
};

Normalized normalized(const Which& which, const Tensor& x, const Tensor& weight, const Tensor& bias,
                      double eps) {
  const std::vector<Tensor> results = apply_several(Normalizing{which, eps}, x, weight, bias);
  return {results[0], results[1]};
}

}  // namespace

void check_affine(std::string_view operation, const Tensor& x, const Tensor& weight,
                  const Tensor& bias, const Shape& shape) {
  check_floating(operation, x);
  for (const auto& [what, given] : {std::pair<std::string_view, const Tensor&>{"weight", weight},
                                    std::pair<std::string_view, const Tensor&>{"bias", bias}}) {
    if (!given.defined()) continue;
    check<ShapeError>(given.shape() == shape, "{}: {} is {}, x is {}; it must be {}", operation,
                      what, given.shape(), x.shape(), shape);
    check<DTypeError>(given.dtype() == x.dtype(), "{}: {} is {}, x is {}; convert one with to()",
                      operation, what, given.dtype(), x.dtype());
  }
}

Tensor normalized_rows(const Tensor& x, const Tensor& weight, const Tensor& bias,
                       std::int64_t length, double eps) {
  return normalized(Which{Unit::row, length}, x, weight, bias, eps).y;
}

Tensor scaled_rows(const Tensor& x, const Tensor& weight, std::int64_t length, double eps) {
  return normalized(Which{Unit::row, length, false}, x, weight, {}, eps).y;
}

Normalized normalized_groups(const Tensor& x, const Tensor& weight, const Tensor& bias,
                             std::int64_t groups, double eps) {
  return normalized(Which{Unit::group, groups}, x, weight, bias, eps);
}

Normalized normalized_channels(const Tensor& x, const Tensor& weight, const Tensor& bias,
                               double eps) {
  return normalized(Which{Unit::channel, 0}, x, weight, bias, eps);
}

}  // namespace tapegrad
