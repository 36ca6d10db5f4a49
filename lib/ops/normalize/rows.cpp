#include "tapegrad/ops/normalize/rows.hpp"

#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "ops/normalize/normalized.hpp"

namespace tapegrad {
namespace {

/// How many elements a row has. Throws ShapeError unless x ends with `shape`.
std::int64_t length_of_rows(std::string_view name, const Tensor& x, const Shape& shape) {
  const std::size_t rank = x.shape().size();
  bool fits = !shape.empty() && shape.size() <= rank;
  for (std::size_t d = 0; fits && d < shape.size(); ++d) {
    fits = x.shape()[rank - shape.size() + d] == shape[d];
  }
  check<ShapeError>(fits, "{}: x is {}; it must end with the normalized_shape {}", name, x.shape(),
                    shape);
  return numel(shape);
}

void check_eps(std::string_view name, double eps) {
  check<Error>(std::isfinite(eps) && eps >= 0, "{}: eps is {}; it must be finite and not negative",
               name, eps);
}

double least_step(DType dtype) {
  return dtype == float64    ? std::numeric_limits<double>::epsilon()
         : dtype == float16  ? 0x1p-10
         : dtype == bfloat16 ? 0x1p-7
                             : static_cast<double>(std::numeric_limits<float>::epsilon());
}

}  // namespace

Tensor nn::layer_norm(const Tensor& x, const Shape& shape, const Tensor& weight, const Tensor& bias,
                      double eps) {
  check_defined("layer_norm", x);
  const std::int64_t length = length_of_rows("layer_norm", x, shape);
  check_affine("layer_norm", x, weight, bias, shape);
  check_eps("layer_norm", eps);
  return x.numel() == 0 ? x.clone() : normalized_rows(x, weight, bias, length, eps);
}

Tensor nn::rms_norm(const Tensor& x, const Shape& shape, const Tensor& weight,
                    std::optional<double> eps) {
  check_defined("rms_norm", x);
  const std::int64_t length = length_of_rows("rms_norm", x, shape);
  check_affine("rms_norm", x, weight, {}, shape);
  check_eps("rms_norm", eps.value_or(0));
  const double more = eps.value_or(least_step(x.dtype()));
  return x.numel() == 0 ? x.clone() : scaled_rows(x, weight, length, more);
}

}  // namespace tapegrad
