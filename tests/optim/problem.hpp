// The function of tools/make_optimizer_reference.py, and where its paths begin.
#pragma once

#include <vector>

#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

struct Problem {
  Tensor x;
  Tensor y;
  explicit Problem(DType dtype)
      : x(Tensor::from_vector<double>({0.5, -1.5}).to(dtype).requires_grad_()),
        y(Tensor::from_vector<double>({2.0, 0.25}).to(dtype).requires_grad_()) {}
  Tensor loss() const {
    return square(square(x) - 1).sum() + 0.5 * square(y).sum() + 0.3 * x.sum() * y.sum();
  }
  std::vector<double> values() const {
    std::vector<double> all = x.to_vector<double>();
    for (const double v : y.to_vector<double>()) all.push_back(v);
    return all;
  }
};

}  // namespace tapegrad::test
