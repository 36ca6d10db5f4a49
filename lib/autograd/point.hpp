// A function of tensors at a point: what functional.hpp's derivatives have in common.
#pragma once

#include <string_view>
#include <vector>

#include "tapegrad/functional.hpp"

namespace tapegrad {

/// What is asked, for messages, and how.
struct Asked {
  std::string_view name;
  bool create_graph = false;
  bool strict = false;
};

class Point {
 public:
  /// Runs f, recorded.
  Point(const Asked& asked, const TensorFunction& f, const std::vector<Tensor>& x);

  const std::vector<Tensor>& x() const { return x_; }
  /// f(x), tracked, and as it is given out.
  const Tensor& y() const { return y_; }
  Tensor output() const;
  /// Throws ShapeError unless f(x) has one element.
  void check_scalar() const;
  /// Throws unless v has a direction for each x, of its shape. Gives them in x's element types.
  std::vector<Tensor> directions(const std::vector<Tensor>& v) const;
  /// The gradient of the sum of y, recorded.
  std::vector<Tensor> gradient() const;
  /// The derivatives of sum(v * results) with respect to x. Undefined for what isn't tracked, and
  /// for what nothing depends on. `batched`: v have a dimension in front, as the results then have.
  std::vector<Tensor> pulled(const std::vector<Tensor>& results, const std::vector<Tensor>& v,
                             bool batched = false) const;
  /// The same at last: zeros, of `shape(i)`, for what is undefined, or, if strict, AutogradError.
  template <class ShapeOf>
  std::vector<Tensor> filled(std::vector<Tensor> grads, const ShapeOf& shape_of) const {
    for (std::size_t i = 0; i < grads.size(); ++i) {
      if (!grads[i].defined()) grads[i] = nothing(i, shape_of(i));
    }
    return grads;
  }

 private:
  Tensor nothing(std::size_t i, const Shape& shape) const;

  Asked asked_;
  std::vector<Tensor> x_;
  Tensor y_;
};

/// A function of one tensor as one of a list; empty for an empty one.
TensorFunction of_list(const UnaryFunction& f);

}  // namespace tapegrad
