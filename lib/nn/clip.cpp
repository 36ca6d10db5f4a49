#include "tapegrad/nn/clip.hpp"

#include <cmath>
#include <optional>
#include <string_view>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/sparse_grad.hpp"

namespace tapegrad::nn {
namespace {

/// Gradients that have elements, of some only rows, with their parameters.
struct Gradients {
  std::vector<Tensor> owners;
  std::vector<Tensor> all;
};

/// The elements that the gradient of x has, all others being 0.
Tensor elements_of(const Tensor& x) {
  const std::optional<SparseGrad> rows = sparse_grad(x);
  return rows ? rows->values : x.grad();
}

Gradients gradients_of(const std::vector<Tensor>& parameters, bool rows_suffice = true) {
  Gradients found;
  for (const Tensor& x : parameters) {
    const Tensor g = rows_suffice ? elements_of(x) : x.grad();
    if (!g.defined() || g.numel() == 0) continue;
    found.owners.push_back(x);
    found.all.push_back(g);
  }
  return found;
}

/// One whose elements share memory can't be changed element by element.
template <class Change>
void change_all(Gradients& gradients, const Change& change) {
  for (std::size_t i = 0; i < gradients.all.size(); ++i) {
    Tensor& g = gradients.all[i];
    if (!g.overlaps_itself()) {
      change(g);
      continue;
    }
    Tensor own = g.clone();
    change(own);
    gradients.owners[i].set_grad(own);
  }
}

bool is_any_float64(const std::vector<Tensor>& tensors) {
  for (const Tensor& x : tensors) {
    if (x.dtype() == float64) return true;
  }
  return false;
}

Tensor total_norm(const std::vector<Tensor>& gradients, double p) {
  if (gradients.empty()) return zeros({});
  const DType dtype = is_any_float64(gradients) ? float64 : float32;
  std::vector<Tensor> norms;
  for (const Tensor& g : gradients) norms.push_back(norm(g, p).to(dtype));
  if (norms.size() == 1) return norms[0];
  return p == 0 ? sum(stack(norms)) : norm(stack(norms), p);
}

}  // namespace

Tensor clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm,
                       const ClipNormOptions& options) {
  check_defined("clip_grad_norm_", parameters);
  check<Error>(max_norm >= 0, "clip_grad_norm_: max_norm is {}; it can't be negative or NaN",
               max_norm);
  check<Error>(!std::isnan(options.norm_type), "clip_grad_norm_: norm_type is {}",
               options.norm_type);
  const NoGrad guard;
  // The least of all elements may be one that rows leave out.
  Gradients gradients = gradients_of(parameters, options.norm_type >= 0);
  const Tensor total = total_norm(gradients.all, options.norm_type);
  if (options.error_if_nonfinite) {
    const auto value = total.item<double>();
    check<Error>(std::isfinite(value),
                 "clip_grad_norm_: the norm of the {} gradients is {}; nothing was changed",
                 gradients.all.size(), value);
  }
  const Tensor part = clamp_max(max_norm / (total + 1e-6), 1);
  change_all(gradients, [&](Tensor& g) { g.mul_(part.to(g.dtype())); });
  return total;
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  check_defined("clip_grad_value_", parameters);
  check<Error>(clip_value >= 0, "clip_grad_value_: clip_value is {}; it can't be negative or NaN",
               clip_value);
  const NoGrad guard;
  Gradients gradients = gradients_of(parameters);
  change_all(gradients, [&](Tensor& g) { g.clamp_(-clip_value, clip_value); });
}

Tensor parameters_to_vector(const std::vector<Tensor>& parameters) {
  check_defined("parameters_to_vector", parameters);
  check<ShapeError>(!parameters.empty(), "parameters_to_vector: the list has no tensor");
  std::vector<Tensor> parts;
  for (const Tensor& x : parameters) parts.push_back(x.reshape({-1}));
  return cat(parts);
}

void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters) {
  check_defined("vector_to_parameters", vector, parameters);
  std::int64_t size = 0;
  for (const Tensor& x : parameters) size += x.numel();
  check<ShapeError>(vector.shape() == Shape{size},
                    "vector_to_parameters: the vector has shape {}, the {} parameters have {} "
                    "elements",
                    vector.shape(), parameters.size(), size);
  const NoGrad guard;
  std::int64_t begin = 0;
  for (Tensor x : parameters) {
    const std::int64_t n = x.numel();
    x.copy_(vector.narrow(0, begin, n).reshape(x.shape()));
    begin += n;
  }
}

}  // namespace tapegrad::nn
