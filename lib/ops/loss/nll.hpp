// The loss of labels by log-probabilities, which cross_entropy.cpp has: two operations, each of
// which is the other's derivative.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "kernels/copy.hpp"
#include "kernels/labels.hpp"
#include "ops/elementwise.hpp"
#include "ops/loss/reduction.hpp"

namespace tapegrad {

/// Which dimension the classes are.
inline std::size_t class_dim(const Shape& input) { return input.size() == 1 ? 0 : 1; }

inline kernels::Labels labels_of(const Shape& input, const Tensor& target, std::int64_t ignored) {
  const std::int64_t classes = input[class_dim(input)];
  const std::int64_t rows = input.size() == 1 ? 1 : input[0];
  const std::int64_t columns = rows == 0 ? 0 : target.numel() / rows;
  return {rows, classes, columns, kernels::ref(target).as<const std::int64_t>(), ignored};
}

/// The sum of the weights of the labels, all of which are checked.
inline double weight_of(std::string_view operation, const Shape& input, const Tensor& target,
                        const Tensor& weight, std::int64_t ignored) {
  const kernels::Labels labels = labels_of(input, target, ignored);
  const Tensor exact = weight.defined() ? converted(weight, float64).contiguous() : Tensor();
  const double* of_class = exact.defined() ? kernels::ref(exact).as<const double>() : nullptr;
  double total = 0;
  labels.each([&](std::int64_t i, std::int64_t t, std::int64_t) {
    check<IndexError>(t >= 0 && t < labels.classes,
                      "{}: class label {} at {} is out of range for {} classes", operation, t,
                      position(i, target.shape()), labels.classes);
    total += of_class ? of_class[t] : 1;
  });
  return total;
}

/// What the two directions of nll_loss share. Inputs are the tensor, the labels and the weights,
/// row-major, the weights of the tensor's type or undefined.
struct Nll {
  static constexpr bool takes_undefined = true;
  Shape input;
  std::int64_t ignored;
  Reduction reduction;
  /// The sum of the weights of the labels; nothing where a program is captured, whose runs count
  /// and check them.
  std::optional<double> total;
  std::string_view function;

  void each_size(const auto& f) { std::for_each(input.begin(), input.end(), f); }
  void attributes(AttributeList& list) const {
    list("ignore_index", ignored);
    list("reduction", name_of(reduction));
  }
  bool each() const { return reduction == Reduction::none; }
  kernels::LabelWeights weights(const Tensor& target, const Tensor& weight) const {
    const double sum = total ? *total : weight_of(function, input, target, weight, ignored);
    const double scale = reduction == Reduction::mean ? 1 / sum : 1;
    return {weight.defined() ? kernels::ref(weight).data : nullptr, scale, each()};
  }
};

/// From log-probabilities to losses. Linear, so that the reverse of its reverse is itself.
struct NllLoss : Nll {
  static constexpr std::string_view name = "nll_loss";
  static constexpr Needs saves(Needs) { return save_input(1) | save_input(2); }
  explicit NllLoss(const Nll& nll) : Nll(nll) {}

  Meta result(const Tensor& x, const Tensor& target, const Tensor&) const {
    return {x.dtype(), each() ? target.shape() : Shape{}};
  }
  void into(const Tensor& out, const Tensor& x, const Tensor& target, const Tensor& weight) const {
    const Tensor dense = x.contiguous();
    kernels::fill(kernels::ref(out), 0);
    kernels::pick_labels(kernels::ref(out), kernels::ref(dense), labels_of(input, target, ignored),
                         weights(target, weight));
  }
  Grads vjp(const Saved& s, const Tensor& g) const;
};

/// From the gradients of losses to those of log-probabilities.
struct NllLossSpread : Nll {
  static constexpr std::string_view name = "nll_loss_spread";
  static constexpr Needs saves(Needs) { return save_input(1) | save_input(2); }
  explicit NllLossSpread(const Nll& nll) : Nll(nll) {}

  Meta result(const Tensor& g, const Tensor&, const Tensor&) const { return {g.dtype(), input}; }
  void into(const Tensor& out, const Tensor& g, const Tensor& target, const Tensor& weight) const {
    const Tensor dense = g.contiguous();
    kernels::fill(kernels::ref(out), 0);
    kernels::spread_labels(kernels::ref(out), kernels::ref(dense),
                           labels_of(input, target, ignored), weights(target, weight));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {apply(NllLoss(*this), g, s[1], s[2]), Tensor{}, Tensor{}};
  }
};

inline Grads NllLoss::vjp(const Saved& s, const Tensor& g) const {
  return {apply(NllLossSpread(*this), g, s[1], s[2]), Tensor{}, Tensor{}};
}

}  // namespace tapegrad
