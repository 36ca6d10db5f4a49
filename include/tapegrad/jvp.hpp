// Forward mode: the derivative of a function of tensors along a direction.
#pragma once

#include <functional>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// A function from tensors to one tensor, to be differentiated.
using TensorFunction = std::function<Tensor(const std::vector<Tensor>&)>;

/// The derivative of f at x along v: how f(x + t v) changes with t at t = 0. Shape and element type
/// of f(x), without a graph; zeros where f doesn't depend on x.
///   x   floating tensors; f gets leaves with their elements. They stay as they are.
///   v   a direction for each of x, of its shape; converted to its element type.
/// Made of the reverse pass, which is linear in the gradient that comes in, by a second one: so it
/// asks all operations of f for a derivative that is recorded, and costs some three times what f
/// does. Throws Error for an empty function, for other than one v for each x, or a result that is
/// undefined; ShapeError for a v of another shape; DTypeError for an x or a result that isn't
/// floating; AutogradError where an operation has no second derivative.
Tensor jvp(const TensorFunction& f, const std::vector<Tensor>& x, const std::vector<Tensor>& v);

}  // namespace tapegrad
