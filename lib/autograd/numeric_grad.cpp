// Slopes without the tape.
#include <utility>

#include "autograd/tensor_problem.hpp"
#include "core/check.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/gradtest/engine.hpp"
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
  std::vector<double> slopes;
  for (const gradtest::Slope& s : gradtest::detail::measure_all(problem, 1, {}).slopes)
    slopes.push_back(s.value);
  return Tensor::from_vector(std::move(slopes), x.shape()).to(x.dtype());
}

}  // namespace tapegrad
