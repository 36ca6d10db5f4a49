// Dropout: noise that keeps the units of a network from relying on each other.
#pragma once

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
Tensor dropout(const Tensor& x, double p = 0.5, Generator& generator = default_generator());

/// dropout() while training, x itself in eval mode.
class Dropout : public Layer {
 public:
  /// The generator must outlive the layer and its copies. Throws Error unless 0 <= p <= 1.
  explicit Dropout(double p = 0.5, Generator& generator = default_generator());

  double p() const { return p_; }
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  double p_;
  Generator* generator_;
};

}  // namespace nn
}  // namespace tapegrad
