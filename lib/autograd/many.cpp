#include "autograd/many.hpp"

#include <cmath>
#include <utility>

#include "autograd/gradients.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {

std::vector<Tensor> Many::varied_inputs() const {
  std::vector<Tensor> result;
  for (const std::size_t k : varied) result.push_back(inputs[k]);
  return result;
}

std::vector<Tensor> pulled_back(const std::vector<Tensor>& results,
                                const std::vector<Tensor>& wanted,
                                const std::vector<Tensor>& weights, Recorded recorded) {
  std::vector<Tensor> tracked, incoming;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].requires_grad()) continue;  // constant in all inputs
    tracked.push_back(results[i]);
    incoming.push_back(weights[i]);
  }
  std::vector<Tensor> grads(wanted.size());
  if (!tracked.empty()) {
    grads = gradients(tracked, wanted,
                      {.grad_outputs = std::move(incoming),
                       .create_graph = recorded == Recorded::yes,
                       .retain_graph = true,
                       .allow_unused = true});
  }
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    if (!grads[k].defined()) grads[k] = zeros(wanted[k].shape(), {.dtype = wanted[k].dtype()});
  }
  return grads;
}

std::vector<Tensor> weights_like(const std::vector<Tensor>& results) {
  std::vector<Tensor> weights;
  std::size_t count = 0;
  for (const Tensor& y : results) {
    std::vector<double> values(static_cast<std::size_t>(y.numel()));
    for (double& v : values) v = 1.5 + std::sin(1.7 * static_cast<double>(count++));
    weights.push_back(Tensor::from_vector(std::move(values), y.shape()).to(y.dtype()));
  }
  return weights;
}

Many gradient_of(Many function, const std::string& weight_name) {
  const std::size_t before = function.inputs.size();
  Many result{.f = {},
              .inputs = function.inputs,
              .varied = function.varied,
              .input_names = function.input_names,
              .output_names = {}};
  for (const std::string& name : function.input_names) result.output_names.push_back("d" + name);
  {
    const NoGrad guard;
    const std::vector<Tensor> results = function.f(function.inputs, Recorded::no);
    const std::vector<Tensor> weights = weights_like(results);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      result.varied.push_back(result.inputs.size());
      result.inputs.push_back(weights[i]);
      result.inputs.back().requires_grad_();
      result.input_names.push_back(results.size() == 1 ? weight_name
                                                       : weight_name + std::to_string(i));
    }
  }
  result.f = [function = std::move(function), before](const std::vector<Tensor>& all,
                                                      Recorded recorded) {
    const EnableGrad guard;
    const auto split = all.begin() + static_cast<std::ptrdiff_t>(before);
    const std::vector<Tensor> x(all.begin(), split);
    std::vector<Tensor> wanted;
    for (const std::size_t k : function.varied) wanted.push_back(x[k]);
    return pulled_back(function.f(x, Recorded::yes), wanted, {split, all.end()}, recorded);
  };
  return result;
}

}  // namespace tapegrad
