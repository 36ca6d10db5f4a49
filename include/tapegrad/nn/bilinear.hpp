// Bilinear: sums of products of two inputs' elements.
#pragma once

#include <cstdint>
#include <string>

#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// y[o] = a^T weight[o] b + bias[o], of the vectors along the last dimensions.
///   a: [..., in1], b: [..., in2], weight: [out, in1, in2], bias: [out] or undefined
///     ->  [..., out]
/// Derivative: that of these products. Throws ShapeError where sizes don't fit, DTypeError unless
/// all have one floating-point type.
Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias = {});

/// bilinear() as a layer of two inputs. Weight and bias begin uniform on +-1/sqrt(in1_features), as
/// PyTorch's do.
class Bilinear : public Module {
 public:
  /// Throws ShapeError for a number of features below 1, DTypeError for integer parameters.
  Bilinear(AsSize in1_features, AsSize in2_features, AsSize out_features,
           LinearOptions options = {});

  Parameter weight;  ///< [out, in1, in2]
  Parameter bias;    ///< [out], or undefined

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& a, const Tensor& b) const;
  Tensor operator()(const Tensor& a, const Tensor& b) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(a, b));
  }
  std::string extra_repr() const override;
};

}  // namespace nn
}  // namespace tapegrad
