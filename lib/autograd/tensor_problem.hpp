// A function of tensors and its derivative by the tape as gradtest's plain arrays.
#pragma once

#include <string>
#include <vector>

#include "autograd/many.hpp"
#include "autograd/variables.hpp"
#include "tapegrad/gradtest/problem.hpp"

namespace tapegrad {

class TensorProblem final : public gradtest::Problem {
 public:
  /// `weighted`: a weighted sum of the results in place of each by itself. Throws what the function
  /// throws. It must outlive this.
  TensorProblem(const Many& function, bool weighted);

  /// Values or gradients are float32.
  bool rounds_to_float32() const { return rounds_; }
  std::size_t outputs() const { return flat_weights_.size(); }
  /// What differs between values that are recorded and those that aren't; empty for nothing.
  std::string disparity() const;

  /// Empty where the function throws.
  Values value(const Values& at) override;
  Values derivative(const Values& at, double filled) override;
  std::string input_name(std::size_t i) const override;
  std::string output_name(std::size_t o) const override;

 private:
  Values all_rows(const std::vector<Tensor>& y);

  const Many& function_;
  bool weighted_;
  Variables variables_;
  std::vector<Shape> input_shapes_, output_shapes_;
  std::vector<Tensor> weights_;
  Values flat_weights_;
  bool rounds_ = false;
};

}  // namespace tapegrad
