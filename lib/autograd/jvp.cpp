#include "tapegrad/jvp.hpp"

#include "autograd/pushed.hpp"
#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {
namespace {

void check_arguments(const TensorFunction& f, const std::vector<Tensor>& x,
                     const std::vector<Tensor>& v) {
  check<Error>(static_cast<bool>(f), "jvp: the function is empty");
  check_defined("jvp", f, x, v);
  check<Error>(x.size() == v.size(), "jvp: {} directions for {} inputs", v.size(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    check<DTypeError>(is_floating(x[i].dtype()), "jvp: input {} is {}; it must be floating", i,
                      x[i].dtype());
    check<ShapeError>(v[i].shape() == x[i].shape(),
                      "jvp: the direction of input {} has shape {}, the input {}", i, v[i].shape(),
                      x[i].shape());
  }
}

void check_result(const Tensor& y) {
  check<Error>(y.defined(), "jvp: the function gives an undefined tensor");
  check<DTypeError>(is_floating(y.dtype()),
                    "jvp: the function gives {}; it must give a floating type", y.dtype());
}

}  // namespace

Tensor pushed(const Tensor& y, const std::vector<Tensor>& x, const std::vector<Tensor>& v) {
  const EnableGrad guard;
  const Tensor u = zeros(y.shape(), {.dtype = y.dtype()}).requires_grad_();
  if (!y.requires_grad()) return u.detach();
  const std::vector<Tensor> pulled =
      grad({y}, x, {.grad_outputs = {u}, .create_graph = true, .allow_unused = true});
  // They are linear in u, so that any u would do.
  std::vector<Tensor> outputs, along;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!pulled[i].defined() || !pulled[i].requires_grad()) continue;
    outputs.push_back(pulled[i]);
    along.push_back(v[i].detach().to(x[i].dtype()));
  }
  if (outputs.empty()) return u.detach();
  const Tensor result =
      grad(outputs, {u}, {.grad_outputs = std::move(along), .allow_unused = true})[0];
  return result.defined() ? result : u.detach();
}

Tensor jvp(const TensorFunction& f, const std::vector<Tensor>& x, const std::vector<Tensor>& v) {
  check_arguments(f, x, v);
  const EnableGrad guard;
  std::vector<Tensor> leaves;
  for (const Tensor& input : x) leaves.push_back(input.detach().requires_grad_());
  const Tensor y = f(leaves);
  check_result(y);
  return pushed(y, leaves, v);
}

}  // namespace tapegrad
