// What rows with layers and optimizers say to ours and to torch, which spell it differently.
#pragma once

#include <cmath>
#include <vector>

#include "../library.hpp"
#if LIBRARY_IS(TORCH)
#include <torch/optim.h>
#endif

namespace versus {

inline constexpr double rate = 1e-3;

#if LIBRARY_IS(OURS)
using SGD = lib::optim::SGD;
using Adam = lib::optim::Adam;
inline constexpr lib::optim::SGDOptions sgd_options{.lr = rate};
inline constexpr lib::optim::AdamOptions adam_options{.lr = rate};
inline Tensor mse(const Tensor& x, const Tensor& y) { return lib::nn::mse_loss(x, y); }
inline Tensor bce(const Tensor& x, const Tensor& y) {
  return lib::nn::binary_cross_entropy_with_logits(x, y);
}
inline Tensor cross_entropy(const Tensor& x, const Tensor& y) {
  return lib::nn::cross_entropy(x, y);
}
inline Tensor layer(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return lib::nn::linear(x, weight, bias);
}
inline Tensor labels(std::int64_t n) { return lib::randint(10, {n}); }
using Adagrad = lib::optim::Adagrad;
using SparseAdam = lib::optim::SparseAdam;
inline Tensor indices_below(std::int64_t rows, std::int64_t n) { return lib::randint(rows, {n}); }
/// Rows of a table, to which backward() gives a gradient of rows.
inline Tensor sparse_rows(const Tensor& table, const Tensor& indices) {
  return lib::nn::embedding(indices, table, {.sparse = true});
}
#elif LIBRARY_IS(TORCH)
using SGD = torch::optim::SGD;
using Adam = torch::optim::Adam;
inline const torch::optim::SGDOptions sgd_options{rate};
inline const torch::optim::AdamOptions adam_options{rate};
inline Tensor mse(const Tensor& x, const Tensor& y) { return at::mse_loss(x, y); }
inline Tensor bce(const Tensor& x, const Tensor& y) {
  return at::binary_cross_entropy_with_logits(x, y);
}
inline Tensor cross_entropy(const Tensor& x, const Tensor& y) {
  return at::cross_entropy_loss(x, y);
}
inline Tensor layer(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return at::linear(x, weight, bias);
}
inline Tensor labels(std::int64_t n) { return at::randint(10, {n}, at::kLong); }
using Adagrad = torch::optim::Adagrad;
inline Tensor indices_below(std::int64_t rows, std::int64_t n) {
  return at::randint(rows, {n}, at::kLong);
}
inline Tensor sparse_rows(const Tensor& table, const Tensor& indices) {
  return at::embedding(table, indices, -1, false, /*sparse=*/true);
}
/// torch.optim.SparseAdam is a rule in Python; this is the same on the operations that it calls.
class SparseAdam {
 public:
  explicit SparseAdam(std::vector<Tensor> parameters, double lr = rate)
      : x_(parameters.at(0)), mean_(at::zeros_like(x_)), square_(at::zeros_like(x_)), lr_(lr) {}
  void zero_grad() { x_.mutable_grad() = Tensor(); }
  void step() {
    const at::NoGradGuard guard;
    ++t_;
    const Tensor g = x_.grad().coalesce();
    const auto sparse = [&](const Tensor& values) {
      return at::sparse_coo_tensor(g._indices(), values, g.sizes());
    };
    const Tensor values = g._values();
    const Tensor mean = mean_.sparse_mask(g)._values();
    const Tensor mean_change = values.sub(mean).mul_(1 - 0.9);
    mean_.add_(sparse(mean_change));
    const Tensor square = square_.sparse_mask(g)._values();
    const Tensor square_change = values.pow(2).sub_(square).mul_(1 - 0.999);
    square_.add_(sparse(square_change));
    const Tensor scale = square_change.add_(square).sqrt_().add_(1e-8);
    const double size = lr_ * std::sqrt(1 - std::pow(0.999, t_)) / (1 - std::pow(0.9, t_));
    x_.add_(sparse(-size * mean_change.add_(mean).div_(scale)));
  }

 private:
  Tensor x_, mean_, square_;
  double lr_;
  double t_ = 0;
};
#endif

#if LIBRARY_IS(OURS) || LIBRARY_IS(TORCH)
template <class Optimizer>
void descend(Optimizer& optimizer, const Tensor& loss) {
  optimizer.zero_grad();
  loss.backward();
  optimizer.step();
}
#endif

}  // namespace versus
