// A function of tensors and its derivative by the tape as gradtest's plain arrays.
#pragma once

#include <string>
#include <vector>

#include "autograd/many.hpp"
#include "autograd/variables.hpp"
#include "tapegrad/gradtest/problem.hpp"

namespace tapegrad {

class TensorProblem {
 public:
  /// `weighted`: a weighted sum of the results in place of each by itself. Throws what the function
  /// throws. It must outlive this.
  TensorProblem(const Many& function, bool weighted);

  /// Values or gradients are float32.
  bool rounds_to_float32() const { return rounds_; }
  std::size_t outputs() const { return flat_weights_.size(); }
  gradtest::Problem& problem() { return problem_; }
  /// What differs between values that are recorded and those that aren't; empty for nothing.
  std::string disparity() const;

 private:
  using Values = gradtest::Problem::Values;

  Values value(const Values& x);
  Values derivative(const Values& x);
  Values all_rows(const std::vector<Tensor>& y);
  std::string output_name(std::size_t o) const;

  const Many& function_;
  bool weighted_;
  Variables variables_;
  std::vector<Shape> input_shapes_, output_shapes_;
  std::vector<Tensor> weights_;
  Values flat_weights_;
  bool rounds_ = false;
  gradtest::Problem problem_;
};

}  // namespace tapegrad
