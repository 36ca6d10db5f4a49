#include "autograd/tensor_problem.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "tapegrad/autograd.hpp"
#include "tapegrad/gradtest/text.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {

using Values = gradtest::Problem::Values;

namespace {

Values flat(const std::vector<Tensor>& tensors) {
  Values all;
  for (const Tensor& x : tensors) {
    const Values values = x.detach().to_vector<double>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

std::vector<Shape> shapes_of(const std::vector<Tensor>& tensors) {
  std::vector<Shape> shapes;
  for (const Tensor& x : tensors) shapes.push_back(x.shape());
  return shapes;
}

bool has_float32(const std::vector<Tensor>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const Tensor& x) { return x.dtype() == float32; });
}

}  // namespace

TensorProblem::TensorProblem(const Many& function, bool weighted)
    : function_(function), weighted_(weighted), variables_(function.varied_inputs()) {
  const std::vector<Tensor> results = function.f(function.inputs, Recorded::no);
  input_shapes_ = shapes_of(variables_.tensors());
  output_shapes_ = shapes_of(results);
  weights_ = weights_like(results);
  flat_weights_ = flat(weights_);
  rounds_ = has_float32(results) || has_float32(variables_.tensors());
  x = variables_.read();
  precision = rounds_ ? FLT_EPSILON : DBL_EPSILON;
}

std::string TensorProblem::input_name(std::size_t i) const {
  return element_name(function_.input_names, input_shapes_, i);
}

std::string TensorProblem::output_name(std::size_t o) const {
  if (!weighted_) return element_name(function_.output_names, output_shapes_, o);
  std::string names;
  for (const std::string& name : function_.output_names) {
    names += (names.empty() ? "" : ", ") + name;
  }
  return "sum(v * (" + names + "))";
}

std::string TensorProblem::disparity() const {
  std::vector<Tensor> recorded;
  {
    const EnableGrad guard;
    recorded = function_.f(function_.inputs, Recorded::yes);
  }
  const NoGrad guard;
  const Values a = flat(recorded);
  const Values b = flat(function_.f(function_.inputs, Recorded::no));
  double largest = 0;
  for (const double v : a) largest = std::fmax(largest, std::isfinite(v) ? std::fabs(v) : 0);
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (gradtest::detail::same(a[i], b[i])) continue;
    // Kernels that fuse may round in another order.
    if (std::fabs(a[i] - b[i]) <= 64 * precision * largest) continue;
    return element_name(function_.output_names, output_shapes_, i) + " is " +
           gradtest::detail::shown(a[i]).text + " where it is recorded, " +
           gradtest::detail::shown(b[i]).text + " where it isn't";
  }
  return {};
}

Values TensorProblem::value(const Values& at) {
  variables_.write(at);
  Values y;
  const NoGrad guard;
  gradtest::detail::succeeds([&] { y = flat(function_.f(function_.inputs, Recorded::no)); });
  if (!weighted_ || y.size() != flat_weights_.size()) return y;
  double total = 0;
  for (std::size_t i = 0; i < y.size(); ++i) total += y[i] * flat_weights_[i];
  return {total};
}

Values TensorProblem::derivative(const Values& at, double) {
  variables_.write(at);
  Values rows;
  const EnableGrad guard;
  gradtest::detail::succeeds([&] {
    const std::vector<Tensor> y = function_.f(function_.inputs, Recorded::yes);
    rows = weighted_ ? flat(pulled_back(y, variables_.tensors(), weights_, Recorded::no))
                     : all_rows(y);
  });
  changed_x = changed_x || variables_.were_changed();
  return rows;
}

/// What a 1 at each result's place gives.
Values TensorProblem::all_rows(const std::vector<Tensor>& y) {
  Values rows;
  for (std::size_t k = 0; k < y.size(); ++k) {
    Tensor one = zeros(y[k].shape(), {.dtype = y[k].dtype()});
    for (std::int64_t o = 0; o < y[k].numel(); ++o) {
      Tensor place = one.flatten()[o];
      place.fill_(1);
      const Values row = flat(pulled_back({y[k]}, variables_.tensors(), {one}, Recorded::no));
      place.fill_(0);
      rows.insert(rows.end(), row.begin(), row.end());
    }
  }
  return rows;
}

}  // namespace tapegrad
