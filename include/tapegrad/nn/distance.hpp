// How far apart vectors are, and how far they point in one direction: the functions of
// ops/reduce/norm.hpp as modules.
#pragma once

#include <cstdint>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/reduce/norm.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// cosine_similarity().
class CosineSimilarity : public Module {
 public:
  explicit CosineSimilarity(AsDim dim = 1, double eps = 1e-8) : dim_(dim), eps_(eps) {}
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return cosine_similarity(a, b, dim_, eps_);
  }
  Tensor operator()(const Tensor& a, const Tensor& b) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(a, b));
  }

 private:
  std::int64_t dim_;
  double eps_;
};

/// pairwise_distance().
class PairwiseDistance : public Module {
 public:
  explicit PairwiseDistance(double p = 2, double eps = 1e-6, Keepdim keep = Keepdim::no)
      : p_(p), eps_(eps), keep_(keep) {}
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return pairwise_distance(a, b, p_, eps_, keep_);
  }
  Tensor operator()(const Tensor& a, const Tensor& b) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(a, b));
  }

 private:
  double p_, eps_;
  Keepdim keep_;
};

}  // namespace nn
}  // namespace tapegrad
