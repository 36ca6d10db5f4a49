// Linear: an affine map of the last dimension.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/random.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct LinearOptions {
  bool bias = true;
  DType dtype = float32;
  /// What the parameters are drawn from.
  Generator& generator = default_generator();
};

/// y = x @ weight.T + bias, by linear() of ops/linalg.hpp.
///   x: [..., in_features]  ->  [..., out_features]
/// Starts uniform on +-1/sqrt(in_features), weight and bias, as PyTorch's does.
/// Throws ShapeError when the last size isn't in_features, DTypeError for another element type.
class Linear : public Layer {
 public:
  /// Throws ShapeError for a negative number of features, DTypeError for integer parameters.
  Linear(AsSize in_features, AsSize out_features, LinearOptions options = {});
  template <std::same_as<bool> T>
  Linear(AsSize in_features, AsSize out_features, T with_bias)
      : Linear(in_features, out_features, LinearOptions{.bias = with_bias}) {}

  Parameter weight;  ///< [out_features, in_features]
  Parameter bias;    ///< [out_features], or undefined

  std::int64_t in_features() const;
  std::int64_t out_features() const;

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& x) const override { return forward_with(x, matrix()); }
  /// forward() with another weight, of any origin, and this bias.
  Tensor forward_with(const Tensor& x, const Tensor& other) const;
  std::string extra_repr() const override;

 private:
  /// The weight, unless the layer was moved from.
  const Parameter& matrix() const;
};

}  // namespace nn
}  // namespace tapegrad
