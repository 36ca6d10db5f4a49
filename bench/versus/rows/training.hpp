// What rows with layers and optimizers say to ours and to torch, which spell it differently.
#pragma once

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
