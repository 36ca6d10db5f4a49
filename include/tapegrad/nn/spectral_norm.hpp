// Layers whose weights are computed in each pass, from what is trained: by its largest singular
// value.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "tapegrad/nn/weight_norm.hpp"
#include "tapegrad/random.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct SpectralNormOptions {
  /// In each pass while training; 15 more in the beginning.
  std::int64_t n_power_iterations = 1;
  /// The least length that a vector is divided by.
  double eps = 1e-12;
  /// Whose places are the rows of the matrix: 0, for transposed convolutions 1, unless given.
  std::optional<std::int64_t> dim = {};
  /// What the vectors begin with is drawn from it.
  Generator& generator = default_generator();
};

namespace detail {

/// The singular vectors of a matrix with its largest singular value, as far as the power method has
/// come.
class PowerMethod : public Module {
 public:
  /// Throws IndexError for a dim that the weight hasn't, Error unless n_power_iterations and eps
  /// are positive.
  PowerMethod(const Tensor& weight, const SpectralNormOptions& options, std::int64_t usual_dim);

  Buffer u;  ///< [n], of the rows
  Buffer v;  ///< [all others]

  void visit(Visitor& visitor) override {
    visitor("_u", u);
    visitor("_v", v);
  }
  /// weight / u^T W v. Goes on with the method while training. The vectors are constants.
  Tensor normed(const Tensor& weight) const;
  std::string name() const override { return "_SpectralNorm"; }

 private:
  Tensor matrix_of(const Tensor& weight) const;
  void iterate(const Tensor& matrix, std::int64_t times) const;

  std::int64_t iterations_, dim_;
  double eps_;
};

}  // namespace detail

/// A layer whose weight is `layer.weight` divided by its largest singular value, found by the power
/// method: each pass in train mode makes steps of it, one in eval mode takes the vectors as they
/// are. Throws AutogradError for one in train mode within checkpoint(), which would step twice. As
/// in torch.nn.utils.parametrizations, the names are parametrizations.weight.original in the place
/// of weight, and the buffers parametrizations.weight.0._u and _v. Source: Miyato et al. (2018),
/// "Spectral normalization for generative adversarial networks".
template <WeightedLayer L>
class SpectralNorm : public Layer {
 public:
  explicit SpectralNorm(L of, const SpectralNormOptions& options = {})
      : layer(std::move(of)), power_method(layer.weight, options, usual_dim()) {}

  L layer;  ///< its weight is what is divided
  detail::PowerMethod power_method;

  /// The weight of now; a step of the power method while training.
  Tensor weight() const { return power_method.normed(layer.weight); }

  void visit(Visitor& v) override {
    v("bias", layer.bias);
    // The greater name first: "original" before "0".
    using Part = std::variant<Parameter*, Module*>;
    std::map<std::string, std::map<std::string, Part, std::greater<>>> parametrizations{
        {"weight", {{"original", &layer.weight}, {"0", &power_method}}}};
    v("parametrizations", parametrizations);
  }
  Tensor forward(const Tensor& x) const override { return layer.forward_with(x, weight()); }
  std::string name() const override { return "Parametrized" + layer.name(); }
  std::string extra_repr() const override { return layer.extra_repr(); }

 private:
  std::int64_t usual_dim() const { return layer.name().starts_with("ConvTranspose") ? 1 : 0; }
};

/// SpectralNorm of a layer: `auto linear = tg::nn::spectral_norm(tg::nn::Linear(4, 2));`.
template <WeightedLayer L>
SpectralNorm<L> spectral_norm(L layer, const SpectralNormOptions& options = {}) {
  return SpectralNorm<L>(std::move(layer), options);
}

}  // namespace nn
}  // namespace tapegrad
