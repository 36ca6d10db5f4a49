// Derivatives of functions of tensors, as torch.autograd.functional has them: products of a vector
// with the jacobian or the hessian, and these as tensors.
//
//   const auto [y, g] = tg::vjp(f, x, v);           // v J
//   const Tensor h = tg::hessian(energy, x);
//   const auto all = tg::jacobian([](const std::vector<Tensor>& t) { return t[0].matmul(t[1]); },
//                                 {a, b});
//
// Each takes a function of one tensor and a tensor, or a function of a list and a list, which may
// be a lambda with `auto`; the function gives one tensor. It gets leaves with the elements of x,
// which stay as they are, or, with create_graph, x itself as far as that is tracked. What doesn't
// depend on an input has zeros as its derivative. All throw, in their own name: Error for an empty
// function and an undefined result; DTypeError for an x or a result that isn't floating; ShapeError
// for a v that doesn't fit; AutogradError where an operation has no derivative of the order that is
// asked.
#pragma once

#include <functional>
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace detail {

/// A std::function that isn't tried on what is generic.
template <class... X>
class FunctionOf : public std::function<Tensor(X...)> {
 public:
  FunctionOf() = default;
  template <class F>
  requires(!Generic<F> && std::is_constructible_v<std::function<Tensor(X...)>, F>) FunctionOf(F f)
      : std::function<Tensor(X...)>(std::move(f)) {}
};

}  // namespace detail

/// A function from tensors, or from one, to one tensor, to be differentiated.
using TensorFunction = detail::FunctionOf<const std::vector<Tensor>&>;
using UnaryFunction = detail::FunctionOf<const Tensor&>;

struct FunctionalOptions {
  /// Record what is computed, so that it can be differentiated again, also with respect to tensors
  /// that the function captured. Otherwise no result has a graph.
  bool create_graph = false;
  /// AutogradError instead of zeros for what doesn't depend on an input.
  bool strict = false;
};

struct JacobianOptions {
  bool create_graph = false;
  bool strict = false;
  /// The first dimension of each x and of the result counts points that have nothing to do with
  /// one another, as in a batch: the jacobian has it once, [batch, ..., ...], and takes as many
  /// reverse passes as one point. The same for hessian(), whose function then gives [batch].
  bool batched = false;
};

/// f(x), and v J, the derivative of sum(v * f(x)) with respect to each x: one reverse pass.
///   v  of the shape of f(x); may be left out where that has one element.
std::pair<Tensor, std::vector<Tensor>> vjp(const TensorFunction& f, const std::vector<Tensor>& x,
                                           const Tensor& v = {},
                                           const FunctionalOptions& options = {});
std::pair<Tensor, Tensor> vjp(const UnaryFunction& f, const Tensor& x, const Tensor& v = {},
                              const FunctionalOptions& options = {});

/// f(x), and J v, how f(x + t v) changes with t at t = 0: forward mode.
///   v  a direction for each of x, of its shape; converted to its element type.
/// Made of the reverse pass, which is linear in the gradient that comes in, by a second one: so it
/// asks all operations of f for a derivative that is recorded, and costs some three times what f
/// does.
std::pair<Tensor, Tensor> jvp(const TensorFunction& f, const std::vector<Tensor>& x,
                              const std::vector<Tensor>& v, const FunctionalOptions& options = {});
std::pair<Tensor, Tensor> jvp(const UnaryFunction& f, const Tensor& x, const Tensor& v,
                              const FunctionalOptions& options = {});

/// All derivatives of f(x): for each x of shape [n...] a tensor of shape [m..., n...], where f(x)
/// is [m...]. A reverse pass for each element of f(x).
std::vector<Tensor> jacobian(const TensorFunction& f, const std::vector<Tensor>& x,
                             const JacobianOptions& options = {});
Tensor jacobian(const UnaryFunction& f, const Tensor& x, const JacobianOptions& options = {});

/// All second derivatives of an f of one element: at [i][j] a tensor of the shape of x[i] followed
/// by that of x[j]. A reverse pass over the reverse pass for each element of x. Throws ShapeError
/// for an f of more elements.
std::vector<std::vector<Tensor>> hessian(const TensorFunction& f, const std::vector<Tensor>& x,
                                         const JacobianOptions& options = {});
Tensor hessian(const UnaryFunction& f, const Tensor& x, const JacobianOptions& options = {});

/// f(x), of one element, and H v, as forward mode over the reverse pass: how the gradient changes
/// along v. Where second derivatives are continuous this is vhp(), which takes a pass less.
std::pair<Tensor, std::vector<Tensor>> hvp(const TensorFunction& f, const std::vector<Tensor>& x,
                                           const std::vector<Tensor>& v,
                                           const FunctionalOptions& options = {});
std::pair<Tensor, Tensor> hvp(const UnaryFunction& f, const Tensor& x, const Tensor& v,
                              const FunctionalOptions& options = {});

/// f(x), of one element, and v H: the reverse pass of the gradient.
std::pair<Tensor, std::vector<Tensor>> vhp(const TensorFunction& f, const std::vector<Tensor>& x,
                                           const std::vector<Tensor>& v,
                                           const FunctionalOptions& options = {});
std::pair<Tensor, Tensor> vhp(const UnaryFunction& f, const Tensor& x, const Tensor& v,
                              const FunctionalOptions& options = {});

// Of lambdas with `auto`: the tensors say what they are called with; {x} is a list of one.

namespace detail {

template <class X, class F>
FunctionOf<const X&> called_with(const F& f) {
  return [f](const X& x) -> Tensor { return f(x); };
}

}  // namespace detail

template <detail::Generic F>
auto vjp(const F& f, const Tensor& x, const Tensor& v = {}, const FunctionalOptions& options = {}) {
  return vjp(detail::called_with<Tensor>(f), x, v, options);
}
template <detail::Generic F>
auto vjp(const F& f, const std::vector<Tensor>& x, const Tensor& v = {},
         const FunctionalOptions& options = {}) {
  return vjp(detail::called_with<std::vector<Tensor>>(f), x, v, options);
}
template <detail::Generic F>
auto vjp(const F& f, std::initializer_list<Tensor> x, const Tensor& v = {},
         const FunctionalOptions& options = {}) {
  return vjp(detail::called_with<std::vector<Tensor>>(f), std::vector<Tensor>(x), v, options);
}
template <detail::Generic F>
auto jvp(const F& f, const Tensor& x, const Tensor& v, const FunctionalOptions& options = {}) {
  return jvp(detail::called_with<Tensor>(f), x, v, options);
}
template <detail::Generic F>
auto jvp(const F& f, const std::vector<Tensor>& x, const std::vector<Tensor>& v,
         const FunctionalOptions& options = {}) {
  return jvp(detail::called_with<std::vector<Tensor>>(f), x, v, options);
}
template <detail::Generic F>
auto jvp(const F& f, std::initializer_list<Tensor> x, std::initializer_list<Tensor> v,
         const FunctionalOptions& options = {}) {
  return jvp(detail::called_with<std::vector<Tensor>>(f), std::vector<Tensor>(x),
             std::vector<Tensor>(v), options);
}
template <detail::Generic F>
auto jacobian(const F& f, const Tensor& x, const JacobianOptions& options = {}) {
  return jacobian(detail::called_with<Tensor>(f), x, options);
}
template <detail::Generic F>
auto jacobian(const F& f, const std::vector<Tensor>& x, const JacobianOptions& options = {}) {
  return jacobian(detail::called_with<std::vector<Tensor>>(f), x, options);
}
template <detail::Generic F>
auto jacobian(const F& f, std::initializer_list<Tensor> x, const JacobianOptions& options = {}) {
  return jacobian(detail::called_with<std::vector<Tensor>>(f), std::vector<Tensor>(x), options);
}
template <detail::Generic F>
auto hessian(const F& f, const Tensor& x, const JacobianOptions& options = {}) {
  return hessian(detail::called_with<Tensor>(f), x, options);
}
template <detail::Generic F>
auto hessian(const F& f, const std::vector<Tensor>& x, const JacobianOptions& options = {}) {
  return hessian(detail::called_with<std::vector<Tensor>>(f), x, options);
}
template <detail::Generic F>
auto hessian(const F& f, std::initializer_list<Tensor> x, const JacobianOptions& options = {}) {
  return hessian(detail::called_with<std::vector<Tensor>>(f), std::vector<Tensor>(x), options);
}
template <detail::Generic F>
auto hvp(const F& f, const Tensor& x, const Tensor& v, const FunctionalOptions& options = {}) {
  return hvp(detail::called_with<Tensor>(f), x, v, options);
}
template <detail::Generic F>
auto hvp(const F& f, const std::vector<Tensor>& x, const std::vector<Tensor>& v,
         const FunctionalOptions& options = {}) {
  return hvp(detail::called_with<std::vector<Tensor>>(f), x, v, options);
}
template <detail::Generic F>
auto hvp(const F& f, std::initializer_list<Tensor> x, std::initializer_list<Tensor> v,
         const FunctionalOptions& options = {}) {
  return hvp(detail::called_with<std::vector<Tensor>>(f), std::vector<Tensor>(x),
             std::vector<Tensor>(v), options);
}
template <detail::Generic F>
auto vhp(const F& f, const Tensor& x, const Tensor& v, const FunctionalOptions& options = {}) {
  return vhp(detail::called_with<Tensor>(f), x, v, options);
}
template <detail::Generic F>
auto vhp(const F& f, const std::vector<Tensor>& x, const std::vector<Tensor>& v,
         const FunctionalOptions& options = {}) {
  return vhp(detail::called_with<std::vector<Tensor>>(f), x, v, options);
}
template <detail::Generic F>
auto vhp(const F& f, std::initializer_list<Tensor> x, std::initializer_list<Tensor> v,
         const FunctionalOptions& options = {}) {
  return vhp(detail::called_with<std::vector<Tensor>>(f), std::vector<Tensor>(x),
             std::vector<Tensor>(v), options);
}

}  // namespace tapegrad
