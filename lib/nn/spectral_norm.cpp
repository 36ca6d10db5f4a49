#include "tapegrad/nn/spectral_norm.hpp"

#include <cmath>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/checkpoint.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad::nn::detail {
namespace {

constexpr std::int64_t first_iterations = 15;

Tensor unit(const Tensor& x, double eps) { return x / clamp_min(norm(x), eps); }

}  // namespace

PowerMethod::PowerMethod(const Tensor& weight, const SpectralNormOptions& options,
                         std::int64_t usual_dim)
    : iterations_(options.n_power_iterations),
      dim_(options.dim.value_or(usual_dim)),
      eps_(options.eps) {
  check_defined("spectral_norm", weight);
  check<Error>(iterations_ > 0 && eps_ > 0 && std::isfinite(eps_),
               "spectral_norm: n_power_iterations is {}, eps is {}; both are positive", iterations_,
               eps_);
  const std::int64_t given = dim_;
  if (dim_ < 0) dim_ += weight.dim();
  check<IndexError>(dim_ >= 0 && dim_ < weight.dim(),
                    "spectral_norm: dim {} is out of range for shape {}", given, weight.shape());
  const NoGrad guard;
  const Tensor matrix = matrix_of(weight);
  const auto begun = [&](std::int64_t size) {
    const Tensor x = empty({size}, {.dtype = weight.dtype()});
    return unit(init::normal_(x, 0, 1, options.generator), eps_);
  };
  u = begun(matrix.size(0));
  v = begun(matrix.size(1));
  iterate(matrix, first_iterations);
}

Tensor PowerMethod::matrix_of(const Tensor& weight) const {
  return weight.movedim(dim_, 0).flatten(1);
}

void PowerMethod::iterate(const Tensor& matrix, std::int64_t times) const {
  const NoGrad guard;
  const Tensor m = matrix.detach();
  Tensor left = u, right = v;
  for (std::int64_t i = 0; i < times; ++i) {
    left.copy_(unit(mv(m, right), eps_));
    right.copy_(unit(mv(m.t(), left), eps_));
  }
}

Tensor PowerMethod::normed(const Tensor& weight) const {
  check<Error>(u.defined() && weight.defined(), "{}: it has no vectors: it was moved from", name());
  const Tensor matrix = matrix_of(weight);
  if (is_training()) {
    check<AutogradError>(!checkpointing(),
                         "spectral_norm: in train() mode each pass steps on, so that checkpoint() "
                         "can't compute it again: leave it outside, or eval() it");
    iterate(matrix, iterations_);
  }
  // Copies: the next pass changes the vectors, and this one's derivative reads them.
  const Tensor left = u.detach().clone(), right = v.detach().clone();
  return weight / dot(left, mv(matrix, right));
}

}  // namespace tapegrad::nn::detail
