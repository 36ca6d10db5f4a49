// In which order a chain of matrices is multiplied.
#include "tapegrad/ops/linalg/chain.hpp"

#include <limits>

#include "ops/linalg/checks.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"

namespace tapegrad {
namespace {

/// Where to cut each part of the chain in two, by the number of multiplications.
/// Source: Cormen, Leiserson, Rivest & Stein, "Introduction to Algorithms", section 15.2.
class Cuts {
 public:
  explicit Cuts(const std::vector<Tensor>& matrices)
      : n_(matrices.size()), cost_(n_ * n_, 0), cut_(n_ * n_, 0) {
    for (std::size_t length = 2; length <= n_; ++length) {
      for (std::size_t i = 0; i + length <= n_; ++i) choose(matrices, i, i + length - 1);
    }
  }
  /// The last matrix of the left half of matrices i to j.
  std::size_t operator()(std::size_t i, std::size_t j) const { return cut_[i * n_ + j]; }

 private:
  void choose(const std::vector<Tensor>& matrices, std::size_t i, std::size_t j) {
    double& least = cost_[i * n_ + j];
    least = std::numeric_limits<double>::infinity();
    for (std::size_t k = i; k < j; ++k) {
      const auto size = [&](std::size_t at, std::size_t dim) {
        return static_cast<double>(matrices[at].shape()[dim]);
      };
      const double last = size(i, 0) * size(k, 1) * size(j, 1);
      const double cost = cost_[i * n_ + k] + cost_[(k + 1) * n_ + j] + last;
      if (cost >= least) continue;
      least = cost;
      cut_[i * n_ + j] = k;
    }
  }

  std::size_t n_;
  std::vector<double> cost_;
  std::vector<std::size_t> cut_;
};

Tensor product(const std::vector<Tensor>& matrices, const Cuts& cuts, std::size_t i,
               std::size_t j) {
  if (i == j) return matrices[i];
  const std::size_t k = cuts(i, j);
  return matmul(product(matrices, cuts, i, k), product(matrices, cuts, k + 1, j));
}

void check_chain(const std::vector<Tensor>& matrices) {
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const Tensor& x = matrices[i];
    const bool end = i == 0 || i + 1 == matrices.size();
    check<ShapeError>(x.dim() == 2 || (end && x.dim() == 1),
                      "multi_dot: tensor {} must be a matrix{}: shape {}", i,
                      end ? " or a vector" : "", x.shape());
    if (i == 0) continue;
    check_multiplied("multi_dot", matrices[0], x);
    check<ShapeError>(matrices[i - 1].shape().back() == x.shape()[0],
                      "multi_dot: tensor {} of shape {} doesn't continue shape {}", i, x.shape(),
                      matrices[i - 1].shape());
  }
}

}  // namespace

Tensor multi_dot(const std::vector<Tensor>& tensors) {
  check_defined("multi_dot", tensors);
  check<ShapeError>(tensors.size() >= 2, "multi_dot: {} tensors; there must be at least two",
                    tensors.size());
  check_chain(tensors);
  std::vector<Tensor> matrices = tensors;
  const bool row = tensors.front().dim() == 1;
  const bool column = tensors.back().dim() == 1;
  if (row) matrices.front() = tensors.front().unsqueeze(0);
  if (column) matrices.back() = tensors.back().unsqueeze(1);
  Tensor all = product(matrices, Cuts(matrices), 0, matrices.size() - 1);
  if (column) all = all.squeeze(1);
  return row ? all.squeeze(0) : all;
}

}  // namespace tapegrad
