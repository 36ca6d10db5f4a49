// Slopes without the tape.
#include <utility>

#include "autograd/tensor_problem.hpp"
#include "core/check.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/gradtest/compare.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

Tensor numeric_grad(const std::function<Tensor(const Tensor&)>& f, const Tensor& x) {
  check<Error>(static_cast<bool>(f), "numeric_grad: the function is empty");
  check_defined("numeric_grad", f, x);
  const TensorFunction total = [&f](const std::vector<Tensor>& all) {
    const Tensor y = f(all[0]);
    check<Error>(y.defined(), "numeric_grad: the function returned an undefined tensor");
    return y.to(float64).sum();
  };
  const Many function{.f = [&total](const std::vector<Tensor>& all,
                                    Recorded) { return std::vector<Tensor>{total(all)}; },
                      .inputs = {x.detach().to(float64).clone()},
                      .varied = {0},
                      .input_names = {"x"},
                      .output_names = {"f"}};
  TensorProblem problem(function, false);
  const gradtest::Options options;
  std::vector<double> slopes;
  std::size_t evaluations = 0;
  for (std::size_t i = 0; i < problem.x.size(); ++i) {
    std::vector<double> direction(problem.x.size(), 0.0);
    direction[i] = 1;
    gradtest::detail::LineOf line(problem, problem.x, direction, 1, evaluations);
    const auto scale = gradtest::detail::scale_of(problem, problem.x, direction, options);
    slopes.push_back(gradtest::measure(line, scale)[0].value);
  }
  return Tensor::from_vector(std::move(slopes), x.shape()).to(x.dtype());
}

}  // namespace tapegrad
