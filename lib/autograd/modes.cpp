#include "autograd/modes.hpp"

#include <cfloat>
#include <cmath>

#include "autograd/pushed.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradtest/text.hpp"

namespace tapegrad {
namespace {

/// A sum of products, and how large it would be without cancellation.
struct Product {
  double value = 0;
  double size = 0;

  void add(const Tensor& a, const Tensor& b) {
    const std::vector<double> x = a.detach().to_vector<double>();
    const std::vector<double> y = b.detach().to_vector<double>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      value += x[i] * y[i];
      size += std::fabs(x[i] * y[i]);
    }
  }
};

bool is_float32(const std::vector<Tensor>& tensors) {
  for (const Tensor& x : tensors) {
    if (x.dtype() == float32) return true;
  }
  return false;
}

}  // namespace

std::string disparity_of_modes(const Many& function) {
  const std::vector<Tensor> x = function.varied_inputs();
  const std::vector<Tensor> v = weights_like(x);
  Product forward, reverse;
  bool rounds = is_float32(x);
  const EnableGrad guard;
  try {
    const std::vector<Tensor> y = function.f(function.inputs, Recorded::yes);
    const std::vector<Tensor> w = weights_like(y);
    const std::vector<Tensor> pulled = pulled_back(y, x, w, Recorded::no);
    if (const Tensor along = pushed(y, x, v)[0]; along.defined()) forward.add(w[0], along);
    for (std::size_t k = 0; k < x.size(); ++k) reverse.add(pulled[k], v[k]);
    rounds = rounds || is_float32(y);
  } catch (const AutogradError&) {
    return {};
  }
  // Some hundreds of roundings.
  const double allowed = 512 * (rounds ? FLT_EPSILON : DBL_EPSILON) * (forward.size + reverse.size);
  const double apart = std::fabs(forward.value - reverse.value);
  if (!(apart > allowed)) return {};
  return gradtest::detail::said("forward mode gives %s along a direction, reverse mode %s",
                                gradtest::detail::shown(forward.value).text,
                                gradtest::detail::shown(reverse.value).text);
}

}  // namespace tapegrad
