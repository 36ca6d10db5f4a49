// Jacobians and hessians as tensors: a reverse pass for each row.
#include "autograd/point.hpp"
#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/functional.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {
namespace {

Asked asked(std::string_view name, const JacobianOptions& options) {
  return {name, options.create_graph, options.strict};
}

Shape joined(const Shape& a, const Shape& b) {
  Shape all = a;
  for (const std::int64_t n : b) all.push_back(n);
  return all;
}

Shape without_first(const Shape& shape) {
  Shape rest(shape.size() - 1, 0);
  for (std::size_t d = 0; d < rest.size(); ++d) rest[d] = shape[d + 1];
  return rest;
}

/// How points of a batch lie in the results and inputs: in front, or not at all.
class Rows {
 public:
  Rows(std::string_view name, const Point& at, bool batched) : at_(at), batched_(batched) {
    if (!batched) return;
    for (const Tensor& x : at.x()) {
      check<ShapeError>(x.dim() > 0 && at.y().dim() > 0 && x.size(0) == at.y().size(0),
                        "{}: batched: an input of shape {} and a result of shape {}; their first "
                        "dimensions must be the same batch",
                        name, x.shape(), at.y().shape());
    }
  }

  /// All derivatives of `result`, which may be undefined and then has `shape`, for each x.
  std::vector<Tensor> of(const Tensor& result, const Shape& shape) const {
    const Shape each = batched_ ? without_first(shape) : shape;
    const std::int64_t count = numel(each);
    const auto shape_of = [&](std::size_t i) {
      const Shape& x = at_.x()[i].shape();
      return joined(shape, batched_ ? without_first(x) : x);
    };
    if (!result.defined() || !result.requires_grad() || result.numel() == 0) {
      return at_.filled(std::vector<Tensor>(at_.x().size()), shape_of);
    }
    std::vector<Tensor> rows = at_.pulled({result}, {seeds(shape, each, count, result)}, true);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].defined()) continue;
      const Tensor in_order = batched_ ? rows[i].transpose(0, 1) : rows[i];
      rows[i] = in_order.reshape(shape_of(i));
    }
    return at_.filled(std::move(rows), shape_of);
  }

 private:
  /// A gradient for each row: 1 at its element, at all points of a batch.
  Tensor seeds(const Shape& shape, const Shape& each, std::int64_t count,
               const Tensor& like) const {
    const Tensor ones = eye(count, {.dtype = like.dtype()});
    if (!batched_) return ones.reshape(joined({count}, each));
    return ones.reshape(joined({count, 1}, each)).expand(joined({count}, shape));
  }

  const Point& at_;
  bool batched_;
};

}  // namespace

std::vector<Tensor> jacobian(const TensorFunction& f, const std::vector<Tensor>& x,
                             const JacobianOptions& options) {
  const Point at(asked("jacobian", options), f, x);
  const GradMode guard(options.create_graph);
  return Rows("jacobian", at, options.batched).of(at.y(), at.y().shape());
}

std::vector<std::vector<Tensor>> hessian(const TensorFunction& f, const std::vector<Tensor>& x,
                                         const JacobianOptions& options) {
  const Point at(asked("hessian", options), f, x);
  const Rows rows("hessian", at, options.batched);
  if (!options.batched) at.check_scalar();
  check<ShapeError>(!options.batched || at.y().numel() == at.y().size(0),
                    "hessian: batched: the function gives shape {}; it must give one element for "
                    "each point",
                    at.y().shape());
  const std::vector<Tensor> gradient = at.gradient();
  const GradMode guard(options.create_graph);
  std::vector<std::vector<Tensor>> all;
  for (std::size_t i = 0; i < x.size(); ++i) all.push_back(rows.of(gradient[i], x[i].shape()));
  return all;
}

Tensor jacobian(const UnaryFunction& f, const Tensor& x, const JacobianOptions& options) {
  return jacobian(of_list(f), std::vector<Tensor>{x}, options)[0];
}

Tensor hessian(const UnaryFunction& f, const Tensor& x, const JacobianOptions& options) {
  return hessian(of_list(f), std::vector<Tensor>{x}, options)[0][0];
}

}  // namespace tapegrad
