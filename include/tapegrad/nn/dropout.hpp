// Dropout: noise that keeps the units of a network from relying on each other.
#pragma once

#include <concepts>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/random.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// Every element becomes 0 with probability p, else is multiplied by 1 / (1 - p), so that the
/// expectation stays. Derivative: g, dropped and scaled in the same way. What is dropped is 0, even
/// where it was infinite or NaN (NaN in PyTorch).
/// Throws Error unless 0 <= p <= 1, DTypeError for integers.
/// Source: Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from
/// overfitting".
Tensor dropout(const Tensor& x, tapegrad::detail::Real p = 0.5,
               Generator& generator = default_generator());
template <std::same_as<bool> T>
Tensor dropout(const Tensor& x, tapegrad::detail::Real, T) {
  static_assert(!std::same_as<T, bool>,
                "write dropout(x, p), while training alone, or the layer Dropout, which knows");
  return x;
}

/// dropout() while training, x itself in eval mode.
class Dropout : public Layer {
 public:
  /// The generator must outlive the layer and its copies. Throws Error unless 0 <= p <= 1.
  explicit Dropout(tapegrad::detail::Real p = 0.5, Generator& generator = default_generator());

  double p() const { return p_; }
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 protected:
  /// Throws in the function's name.
  Dropout(std::string_view name, double p, Generator& generator);
  Tensor forward_channels(const Tensor& x, std::int64_t rank) const;
  Generator& generator() const { return *generator_; }

 private:
  double p_;
  Generator* generator_;
};

/// The same of whole channels of x: [n, channels, ...], or of one instance, [channels, ...], whose
/// images have `rank` dimensions. Throws as dropout(), and ShapeError for another rank.
/// Source: Tompson et al. (2015), "Efficient object localization using convolutional networks".
Tensor channel_dropout(const Tensor& x, std::int64_t rank, double p = 0.5,
                       Generator& generator = default_generator());

/// channel_dropout() of images of 1 dimension while training.
struct Dropout1d : Dropout {
  using Dropout::Dropout;
  Tensor forward(const Tensor& x) const override;
};
/// channel_dropout() of images of 2 dimensions while training.
struct Dropout2d : Dropout {
  using Dropout::Dropout;
  Tensor forward(const Tensor& x) const override;
};
/// channel_dropout() of images of 3 dimensions while training.
struct Dropout3d : Dropout {
  using Dropout::Dropout;
  Tensor forward(const Tensor& x) const override;
};

/// dropout() for networks of selu(): what is dropped becomes its limit far below 0, -1.758, and all
/// is scaled and shifted so that mean 0 and variance 1 stay. Derivative: g, dropped and scaled in
/// the same way. Throws as dropout().
/// Source: Klambauer et al. (2017), "Self-normalizing neural networks".
Tensor alpha_dropout(const Tensor& x, double p = 0.5, Generator& generator = default_generator());
/// The same of whole channels of x: [n, channels, ...]. Throws ShapeError for a rank below 2.
Tensor feature_alpha_dropout(const Tensor& x, double p = 0.5,
                             Generator& generator = default_generator());

/// alpha_dropout() while training.
struct AlphaDropout : Dropout {
  explicit AlphaDropout(double p = 0.5, Generator& generator = default_generator())
      : Dropout("alpha_dropout", p, generator) {}
  Tensor forward(const Tensor& x) const override;
};
/// feature_alpha_dropout() while training.
struct FeatureAlphaDropout : Dropout {
  explicit FeatureAlphaDropout(double p = 0.5, Generator& generator = default_generator())
      : Dropout("feature_alpha_dropout", p, generator) {}
  Tensor forward(const Tensor& x) const override;
};

}  // namespace nn
}  // namespace tapegrad
