#include "tapegrad/nn/bilinear.hpp"

#include <cmath>
#include <span>

#include "core/check.hpp"
#include "core/sizes.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::nn {
namespace {

void check_bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias) {
  check_defined("bilinear", a, b, weight);
  const auto leading = [](const Tensor& x) {
    return Shape(std::span(x.shape().begin(), x.shape().end() - 1));
  };
  check<ShapeError>(
      a.dim() >= 1 && b.dim() >= 1 && weight.dim() == 3 && leading(a) == leading(b) &&
          a.size(-1) == weight.size(1) && b.size(-1) == weight.size(2),
      "bilinear: a is {}, b is {}, weight is {}; they need [..., in1], [..., in2] and "
      "[out, in1, in2]",
      a.shape(), b.shape(), weight.shape());
  check<DTypeError>(a.dtype() == b.dtype() && a.dtype() == weight.dtype() &&
                        is_floating(a.dtype()) && (!bias.defined() || bias.dtype() == a.dtype()),
                    "bilinear: a is {}, b is {}, weight is {}; all must have one floating-point "
                    "type: convert them with to()",
                    a.dtype(), b.dtype(), weight.dtype());
  check<ShapeError>(!bias.defined() || bias.shape() == Shape{weight.size(0)},
                    "bilinear: bias is {}, weight is {}; it needs one number for each output",
                    bias.defined() ? bias.shape() : Shape{}, weight.shape());
}

}  // namespace

Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias) {
  check_bilinear(a, b, weight, bias);
  const std::int64_t out = weight.size(0), first = weight.size(1), second = weight.size(2);
  // All of a in one product; what it leaves of each weight is a row that meets b.
  const Tensor columns =
      weight.transpose(0, 1).reshape({first, checked_mul("bilinear", out, second)});
  Shape rows = a.shape();
  rows[rows.size() - 1] = out;
  rows.push_back(second);
  const Tensor left = matmul(a, columns).reshape(rows);
  const Tensor y = matmul(left, b.unsqueeze(-1)).squeeze(-1);
  return bias.defined() ? y + bias : y;
}

Bilinear::Bilinear(AsSize in1_features, AsSize in2_features, AsSize out_features,
                   LinearOptions options) {
  check<ShapeError>(in1_features > 0 && in2_features > 0 && out_features > 0,
                    "Bilinear: {} and {} features in, {} out; sizes are positive", in1_features,
                    in2_features, out_features);
  check_dtype("Bilinear", options.dtype);
  check<DTypeError>(is_floating(options.dtype),
                    "Bilinear: {} parameters; use float32 or float64: only floating-point tensors "
                    "have derivatives",
                    options.dtype);
  const double bound = 1 / std::sqrt(static_cast<double>(in1_features));
  weight = empty({out_features, in1_features, in2_features}, {.dtype = options.dtype});
  init::uniform_(weight, -bound, bound, options.generator);
  if (!options.bias) return;
  bias = empty({out_features}, {.dtype = options.dtype});
  init::uniform_(bias, -bound, bound, options.generator);
}

void Bilinear::visit(Visitor& v) {
  v("weight", weight);
  v("bias", bias);
}

Tensor Bilinear::forward(const Tensor& a, const Tensor& b) const {
  check<Error>(weight.defined(), "Bilinear: it has no weight: it was moved from");
  return bilinear(a, b, weight, bias);
}

std::string Bilinear::extra_repr() const {
  if (!weight.defined()) return "moved from";
  return fmt::format("in1_features={}, in2_features={}, out_features={}, bias={}", weight.size(1),
                     weight.size(2), weight.size(0), bias.defined() ? "True" : "False");
}

}  // namespace tapegrad::nn
