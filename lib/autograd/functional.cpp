// Products of vectors with jacobians and hessians.
#include "tapegrad/functional.hpp"

#include "autograd/gradients.hpp"
#include "autograd/point.hpp"
#include "autograd/pushed.hpp"
#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {
namespace {

Asked asked(std::string_view name, const FunctionalOptions& options) {
  return {name, options.create_graph, options.strict};
}

/// The only tensor of a list that has one.
std::pair<Tensor, Tensor> only(std::pair<Tensor, std::vector<Tensor>> found) {
  return {std::move(found.first), std::move(found.second[0])};
}

}  // namespace

std::vector<Tensor> pushed(const std::vector<Tensor>& y, const std::vector<Tensor>& x,
                           const std::vector<Tensor>& v, bool create_graph) {
  const EnableGrad guard;
  std::vector<Tensor> tracked, u, results(y.size());
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!y[i].defined() || !y[i].requires_grad()) continue;
    tracked.push_back(y[i]);
    // The reverse pass is linear in u, so that any u would do.
    u.push_back(zeros(y[i].shape(), {.dtype = y[i].dtype()}).requires_grad_());
    places.push_back(i);
  }
  if (tracked.empty()) return results;
  const std::vector<Tensor> pulled =
      gradients(tracked, x, {.grad_outputs = u, .create_graph = true, .allow_unused = true});
  std::vector<Tensor> outputs, along;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!pulled[i].defined() || !pulled[i].requires_grad()) continue;
    outputs.push_back(pulled[i]);
    along.push_back(v[i]);
  }
  if (outputs.empty()) return results;
  std::vector<Tensor> found = gradients(
      outputs, u,
      {.grad_outputs = std::move(along), .create_graph = create_graph, .allow_unused = true});
  for (std::size_t k = 0; k < places.size(); ++k) results[places[k]] = std::move(found[k]);
  return results;
}

std::pair<Tensor, std::vector<Tensor>> vjp(const TensorFunction& f, const std::vector<Tensor>& x,
                                           const Tensor& v, const FunctionalOptions& options) {
  const Point at(asked("vjp", options), f, x);
  const Tensor& y = at.y();
  check<ShapeError>(v.defined() || y.numel() == 1,
                    "vjp: the function gives shape {}; pass a v of that shape", y.shape());
  check<ShapeError>(!v.defined() || v.shape() == y.shape(),
                    "vjp: v has shape {}, the function's result {}",
                    v.defined() ? v.shape() : Shape(), y.shape());
  const Tensor weights = v.defined() ? v.to(y.dtype()) : full(y.shape(), 1, {.dtype = y.dtype()});
  return {at.output(),
          at.filled(at.pulled({y}, {weights}), [&](std::size_t i) { return at.x()[i].shape(); })};
}

std::pair<Tensor, Tensor> jvp(const TensorFunction& f, const std::vector<Tensor>& x,
                              const std::vector<Tensor>& v, const FunctionalOptions& options) {
  const Point at(asked("jvp", options), f, x);
  const std::vector<Tensor> along = at.directions(v);
  const Tensor found = pushed({at.y()}, at.x(), along, options.create_graph)[0];
  check<AutogradError>(found.defined() || !options.strict,
                       "jvp: strict: the result of shape {} doesn't depend on any input",
                       at.y().shape());
  const TensorOptions like_y{.dtype = at.y().dtype()};
  return {at.output(), found.defined() ? found : zeros(at.y().shape(), like_y)};
}

std::pair<Tensor, std::vector<Tensor>> hvp(const TensorFunction& f, const std::vector<Tensor>& x,
                                           const std::vector<Tensor>& v,
                                           const FunctionalOptions& options) {
  const Point at(asked("hvp", options), f, x);
  const std::vector<Tensor> along = at.directions(v);
  at.check_scalar();
  std::vector<Tensor> found = pushed(at.gradient(), at.x(), along, options.create_graph);
  return {at.output(),
          at.filled(std::move(found), [&](std::size_t i) { return at.x()[i].shape(); })};
}

std::pair<Tensor, std::vector<Tensor>> vhp(const TensorFunction& f, const std::vector<Tensor>& x,
                                           const std::vector<Tensor>& v,
                                           const FunctionalOptions& options) {
  const Point at(asked("vhp", options), f, x);
  const std::vector<Tensor> weights = at.directions(v);
  at.check_scalar();
  return {at.output(), at.filled(at.pulled(at.gradient(), weights),
                                 [&](std::size_t i) { return at.x()[i].shape(); })};
}

std::pair<Tensor, Tensor> vjp(const UnaryFunction& f, const Tensor& x, const Tensor& v,
                              const FunctionalOptions& options) {
  return only(vjp(of_list(f), std::vector<Tensor>{x}, v, options));
}
std::pair<Tensor, Tensor> jvp(const UnaryFunction& f, const Tensor& x, const Tensor& v,
                              const FunctionalOptions& options) {
  return jvp(of_list(f), std::vector<Tensor>{x}, std::vector<Tensor>{v}, options);
}
std::pair<Tensor, Tensor> hvp(const UnaryFunction& f, const Tensor& x, const Tensor& v,
                              const FunctionalOptions& options) {
  return only(hvp(of_list(f), std::vector<Tensor>{x}, std::vector<Tensor>{v}, options));
}
std::pair<Tensor, Tensor> vhp(const UnaryFunction& f, const Tensor& x, const Tensor& v,
                              const FunctionalOptions& options) {
  return only(vhp(of_list(f), std::vector<Tensor>{x}, std::vector<Tensor>{v}, options));
}

}  // namespace tapegrad
