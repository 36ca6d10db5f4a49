// Layers whose weights are computed in each pass, from what is trained: by its length and
// direction. That by its largest singular value is in spectral_norm.hpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// A layer that computes with any weight of its own weight's shape: Linear, convolutions and their
/// transposes.
template <class L>
concept WeightedLayer = std::derived_from<L, Layer> && requires(L layer, const Tensor& x) {
  { layer.weight } -> std::convertible_to<Parameter&>;
  { layer.bias } -> std::convertible_to<Parameter&>;
  { layer.forward_with(x, x) } -> std::same_as<Tensor>;
};

/// v g / |v|, the length being that of each part of v along `dim`, or of all of v where that is
/// none; negative dimensions count from the end.
///   v: [..., n, ...], g: [1, ..., n, ..., 1], or [] without a dim  ->  as v
/// Derivative: that of these operations; NaN at parts without a length. Throws IndexError for a dim
/// that v hasn't, ShapeError where g doesn't fit.
/// Source: Salimans & Kingma (2016), "Weight normalization: a simple reparameterization to
/// accelerate training of deep neural networks".
Tensor weight_norm(const Tensor& v, const Tensor& g, std::optional<std::int64_t> dim = 0);

namespace detail {

/// |v| as weight_norm() takes it.
Tensor lengths_of(const Tensor& v, std::optional<std::int64_t> dim);

}  // namespace detail

/// A layer whose weight is weight_norm() of `layer.weight`, the direction, and of `length`. It is
/// PyTorch's newer form, of torch.nn.utils.parametrizations: the names are
/// parametrizations.weight.original0, the length, and original1, the direction, in the place of
/// weight. In the beginning the weight is what it was.
template <WeightedLayer L>
class WeightNorm : public Layer {
 public:
  explicit WeightNorm(L of, std::optional<std::int64_t> dim = 0)
      : layer(std::move(of)), length(detail::lengths_of(layer.weight, dim).detach()), dim_(dim) {}

  L layer;           ///< its weight is the direction, of any length
  Parameter length;  ///< [1, ..., n, ..., 1], or []

  /// The weight of now.
  Tensor weight() const { return weight_norm(layer.weight, length, dim_); }

  void visit(Visitor& v) override {
    v("bias", layer.bias);
    std::map<std::string, std::map<std::string, Parameter*>> parametrizations{
        {"weight", {{"original0", &length}, {"original1", &layer.weight}}}};
    v("parametrizations", parametrizations);
  }
  Tensor forward(const Tensor& x) const override { return layer.forward_with(x, weight()); }
  std::string name() const override { return "Parametrized" + layer.name(); }
  std::string extra_repr() const override { return layer.extra_repr(); }

 private:
  std::optional<std::int64_t> dim_;
};

/// WeightNorm of a layer: `auto linear = tg::nn::weight_norm(tg::nn::Linear(4, 2));`.
template <WeightedLayer L>
WeightNorm<L> weight_norm(L layer, std::optional<std::int64_t> dim = 0) {
  return WeightNorm<L>(std::move(layer), dim);
}

}  // namespace nn
}  // namespace tapegrad
