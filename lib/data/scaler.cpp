#include <limits>

#include "core/check.hpp"
#include "data/texts.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/data/encode.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad::data {
namespace {

void check_scalable(std::string_view operation, const Tensor& x, std::int64_t dim) {
  check<ShapeError>(x.dim() >= -dim, "{}: features lie along dimension {}, which shape {} hasn't",
                    operation, dim, x.shape());
  check<DTypeError>(is_floating(x.dtype()),
                    "{}: needs a floating-point tensor, got {}; convert it with to(float32)",
                    operation, x.dtype());
}

/// All dimensions but that of the features.
Dims others(const Tensor& x, std::int64_t dim) {
  Dims dims;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    if (d != x.dim() + dim) dims.push_back(d);
  }
  return dims;
}

/// The numbers of the features, as they lie in x.
Tensor beside(std::string_view operation, const Tensor& x, const Tensor& numbers,
              std::int64_t dim) {
  check_scalable(operation, x, dim);
  check<Error>(numbers.defined(),
               "{}: nothing was fitted; call fit() on the part for training first, whose features "
               "lie along dimension {}",
               operation, dim);
  check<ShapeError>(x.size(dim) == numbers.size(0), "{}: {} features were fitted, shape {} has {}",
                    operation, numbers.size(0), x.shape(), x.size(dim));
  Shape shape(static_cast<std::size_t>(-dim), 1);
  shape[0] = numbers.size(0);
  return numbers.view(shape).to(x.dtype());
}

}  // namespace

StandardScaler::StandardScaler(std::int64_t dim) : dim_(dim) {
  check<IndexError>(dim < 0 && dim >= -static_cast<std::int64_t>(max_rank),
                    "StandardScaler: features along dimension {}; it is counted from the end, so "
                    "that it fits batches and examples: -1 for the columns of a table",
                    dim);
}

StandardScaler& StandardScaler::fit(const Tensor& x) {
  check_defined("StandardScaler.fit", x);
  check_scalable("StandardScaler.fit", x, dim_);
  const NoGrad guard;
  // A dimension more, so that there is one to take means along.
  const Tensor values = x.detach().to(float64).unsqueeze(0);
  const Dims dims = others(values, dim_);
  const Tensor mean = nanmean(values, dims, keepdim);
  const Tensor variance = nanmean((values - mean).pow(2), dims).reshape({-1});
  const std::vector<double> variances = variance.to_vector<double>();
  for (std::size_t i = 0; i < variances.size(); ++i) {
    check<Error>(variances[i] >= 0 && variances[i] <= std::numeric_limits<double>::max(),
                 "StandardScaler.fit: feature {} of shape {} has a value that is infinite, or none "
                 "but NaN",
                 i, x.shape());
  }
  mean_ = mean.reshape({-1}).clone();
  // What the rounding of a constant's mean leaves is no variation, as scikit-learn has it.
  const Tensor rounding =
      (!isnan(values)).to(float64).sum(dims) * std::numeric_limits<double>::epsilon();
  const Tensor bound = rounding * variance + (rounding * mean_).pow(2);
  scale_ = where(variance <= bound, ones_like(variance), sqrt(variance));
  return *this;
}

Tensor StandardScaler::transform(const Tensor& x) const {
  constexpr std::string_view operation = "StandardScaler.transform";
  check_defined(operation, x);
  return (x - beside(operation, x, mean_, dim_)) / beside(operation, x, scale_, dim_);
}

Tensor StandardScaler::inverse(const Tensor& x) const {
  constexpr std::string_view operation = "StandardScaler.inverse";
  check_defined(operation, x);
  return x * beside(operation, x, scale_, dim_) + beside(operation, x, mean_, dim_);
}

StateDict StandardScaler::state_dict() const {
  StateDict state;
  if (!mean_.defined()) return state;
  state.insert("mean", mean_);
  state.insert("scale", scale_);
  return state;
}

void StandardScaler::load_state_dict(const StateDict& state) {
  const Tensor& mean = entry_of("StandardScaler.load_state_dict", state, "mean");
  const Tensor& scale = entry_of("StandardScaler.load_state_dict", state, "scale");
  check<Error>(mean.dim() == 1 && mean.shape() == scale.shape() && mean.dtype() == float64 &&
                   scale.dtype() == float64,
               "StandardScaler.load_state_dict: mean is {} of shape {} and scale {} of shape {}; "
               "they are lists of float64 of one length",
               mean.dtype(), mean.shape(), scale.dtype(), scale.shape());
  mean_ = mean.detach().clone();
  scale_ = scale.detach().clone();
}

}  // namespace tapegrad::data
