#include "autograd/point.hpp"

#include "autograd/gradients.hpp"
#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

Point::Point(const Asked& asked, const TensorFunction& f, const std::vector<Tensor>& x)
    : asked_(asked) {
  const std::string_view name = asked.name;
  check<Error>(static_cast<bool>(f), "{}: the function is empty", name);
  check_defined(name, f, x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    check<DTypeError>(is_floating(x[i].dtype()), "{}: input {} is {}; it must be floating", name, i,
                      x[i].dtype());
  }
  const EnableGrad guard;
  for (const Tensor& input : x) {
    const bool itself = asked.create_graph && input.requires_grad();
    // A view of its own: one tensor may be given twice.
    x_.push_back(itself ? input.view(input.shape()) : input.detach().requires_grad_());
  }
  y_ = f(x_);
  check<Error>(y_.defined(), "{}: the function gives an undefined tensor", name);
  check<DTypeError>(is_floating(y_.dtype()),
                    "{}: the function gives {}; it must give a floating type", name, y_.dtype());
}

Tensor Point::output() const { return asked_.create_graph ? y_ : y_.detach(); }

void Point::check_scalar() const {
  check<ShapeError>(y_.numel() == 1,
                    "{}: the function gives shape {}; it must give one element, as sum() does",
                    asked_.name, y_.shape());
}

std::vector<Tensor> Point::directions(const std::vector<Tensor>& v) const {
  check_defined(asked_.name, asked_, x_, v);
  check<Error>(x_.size() == v.size(), "{}: {} directions for {} inputs", asked_.name, v.size(),
               x_.size());
  std::vector<Tensor> converted;
  for (std::size_t i = 0; i < v.size(); ++i) {
    check<ShapeError>(v[i].shape() == x_[i].shape(),
                      "{}: the direction of input {} has shape {}, the input {}", asked_.name, i,
                      v[i].shape(), x_[i].shape());
    const Tensor direction = asked_.create_graph ? v[i] : v[i].detach();
    converted.push_back(direction.to(x_[i].dtype()));
  }
  return converted;
}

std::vector<Tensor> Point::gradient() const {
  if (!y_.requires_grad()) return std::vector<Tensor>(x_.size());
  const EnableGrad guard;
  return gradients({y_.sum()}, x_, {.create_graph = true, .allow_unused = true});
}

std::vector<Tensor> Point::pulled(const std::vector<Tensor>& results, const std::vector<Tensor>& v,
                                  bool batched) const {
  GradOptions options{.create_graph = asked_.create_graph,
                      .retain_graph = true,
                      .allow_unused = true,
                      .is_grads_batched = batched};
  std::vector<Tensor> tracked;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].defined() || !results[i].requires_grad()) continue;
    tracked.push_back(results[i]);
    options.grad_outputs.push_back(v[i]);
  }
  if (tracked.empty()) return std::vector<Tensor>(x_.size());
  return gradients(tracked, x_, options);
}

Tensor Point::nothing(std::size_t i, const Shape& shape) const {
  check<AutogradError>(!asked_.strict,
                       "{}: strict: the result of shape {} doesn't depend on input {} of shape {}",
                       asked_.name, y_.shape(), i, x_[i].shape());
  return zeros(shape, {.dtype = x_[i].dtype()});
}

TensorFunction of_list(const UnaryFunction& f) {
  if (!f) return {};
  return [&f](const std::vector<Tensor>& x) { return f(x[0]); };
}

}  // namespace tapegrad
