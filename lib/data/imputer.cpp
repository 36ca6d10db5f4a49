#include <cmath>

#include "core/check.hpp"
#include "data/texts.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/data/encode.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad::data {
namespace {

void check_table(std::string_view operation, const Tensor& x) {
  check<ShapeError>(x.dim() >= 1, "{}: features lie along the last dimension, shape {} has none",
                    operation, x.shape());
  check<DTypeError>(is_floating(x.dtype()),
                    "{}: needs a floating-point tensor, got {}; convert it with to(float32)",
                    operation, x.dtype());
}

}  // namespace

Imputer::Imputer(Fill fill) : fill_(fill) {}

Imputer& Imputer::fit(const Tensor& x) {
  check_defined("Imputer.fit", x);
  check_table("Imputer.fit", x);
  const NoGrad guard;
  const std::int64_t features = x.size(-1);
  const std::int64_t rows = features == 0 ? 0 : x.numel() / features;
  const Tensor table = x.detach().to(float64).reshape({rows, features});
  // The mean also tells what is infinite or has no value.
  const Tensor mean = nanmean(table, 0);
  const std::vector<double> means = mean.to_vector<double>();
  for (std::size_t i = 0; i < means.size(); ++i) {
    check<Error>(std::isfinite(means[i]),
                 "Imputer.fit: feature {} of shape {} has a value that is infinite, or none but "
                 "NaN",
                 i, x.shape());
  }
  values_ = fill_ == Fill::mean ? mean : nanquantile(table, 0.5, 0);
  return *this;
}

Tensor Imputer::transform(const Tensor& x) const {
  check_defined("Imputer.transform", x);
  check_table("Imputer.transform", x);
  check<Error>(values_.defined(),
               "Imputer.transform: nothing was fitted; call fit() on the part for training first, "
               "before x of shape {}",
               x.shape());
  check<ShapeError>(x.size(-1) == values_.size(0),
                    "Imputer.transform: {} features were fitted, shape {} has {}", values_.size(0),
                    x.shape(), x.size(-1));
  return where(isnan(x), values_.to(x.dtype()), x);
}

StateDict Imputer::state_dict() const {
  StateDict state;
  if (values_.defined()) state.insert("values", values_);
  return state;
}

void Imputer::load_state_dict(const StateDict& state) {
  const Tensor& values = entry_of("Imputer.load_state_dict", state, "values");
  check<Error>(values.dim() == 1 && values.dtype() == float64,
               "Imputer.load_state_dict: values is {} of shape {}; it is a list of float64",
               values.dtype(), values.shape());
  values_ = values.detach().clone();
}

}  // namespace tapegrad::data
