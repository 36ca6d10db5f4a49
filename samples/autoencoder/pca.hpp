// Principal components, what a linear autoencoder would find at best.
#pragma once

#include <cstdint>
#include <tapegrad/tapegrad.hpp>

class Pca {
 public:
  /// Of the first `count` components of x: [n, features].
  Pca(const tapegrad::Tensor& x, std::int64_t count)
      : mean_(mean(x, 0)), components_(svd(x - mean_, false).vh.narrow(0, 0, count)) {}
  /// What is left of x when it is described by that many numbers.
  tapegrad::Tensor reconstruct(const tapegrad::Tensor& x) const {
    return matmul(matmul(x - mean_, components_.t()), components_) + mean_;
  }

 private:
  tapegrad::Tensor mean_;
  tapegrad::Tensor components_;
};
