// A table of which each step looks a few rows up, for rules that follow gradients of rows.
#pragma once

#include <vector>

#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index/embedding.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

/// What step `t` looks up: rows that come back, others that don't, and some twice.
inline std::vector<std::int64_t> rows_of_step(int t) { return {t % 3, 4, t % 3, (7 * t) % 5}; }

struct Table {
  Tensor x;
  explicit Table(DType dtype)
      : x((arange(0.0, 18, 1, {.dtype = float64}).reshape({6, 3}) * 0.1 - 0.75)
              .to(dtype)
              .requires_grad_()) {}
  /// The sum of cubes of what is looked up, whose gradient is 3 x^2 for each time.
  Tensor loss(int t, bool sparse) const {
    const Tensor rows = Tensor::from_vector(rows_of_step(t));
    return pow(nn::embedding(rows, x, {.sparse = sparse}), 3).sum();
  }
};

}  // namespace tapegrad::test
