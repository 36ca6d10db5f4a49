// What the tape knows of a tensor: its gradient, its name, its hooks, and of a graph its values.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/error.hpp"
#include "tapegrad/hints.hpp"
#include "tapegrad/hook.hpp"
#include "tapegrad/shape.hpp"
#include "tapegrad/tensor_handle.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

class Tensor;
struct Fed;

namespace detail {

/// Tensor's methods of autograd.
class OnTape : public TensorHandle, public NoShapesInPlace, public NoSuchMethods {
 public:
  bool requires_grad() const;
  /// Made by the user rather than recorded. Leaves collect `grad()`; others do after retain_grad().
  bool is_leaf() const;
  /// Starts or stops the tracking of a leaf. Throws DTypeError for integers, AutogradError for a
  /// recorded tensor. Stopping drops `grad()` and hooks.
  Tensor& requires_grad_(bool value = true);
  /// What backward() has added up, rows of it (sparse_grad.hpp) made dense; undefined without any.
  Tensor grad() const;
  /// Replaces what has been added up; an undefined tensor clears it. Throws ShapeError or
  /// DTypeError when it doesn't fit, AutogradError unless this is a leaf that requires grad, or
  /// retains_grad().
  void set_grad(const Tensor& grad);
  /// From now on grad() adds up the gradients of this result of an operation, as hooks leave them,
  /// in backward() and in grad(). It stays with the tensor when that is changed in place. Nothing
  /// for a leaf; throws AutogradError unless this tensor requires grad.
  void retain_grad() const;
  /// Whether retain_grad() did that; false for leaves.
  bool retains_grad() const;
  /// The same elements outside the tape; shares storage.
  Tensor detach() const;
  /// Derivatives of this tensor with respect to every leaf below it, added to the leaves' grad().
  /// Without `gradient`, which must be defined, it is 1; it is needed unless there is just one
  /// element. Frees the graph unless told to keep it; a second pass through a freed graph throws
  /// AutogradError. Errors name the line of this call.
  struct BackwardOptions {
    bool retain_graph = false;
  };
  void backward(CallSite site = CallSite::here()) const;
  template <std::derived_from<Tensor> T>  // not of {}, which are no options
  void backward(const T& gradient, CallSite site = CallSite::here()) const {
    backward(gradient, BackwardOptions(), site);
  }
  void backward(const Tensor& gradient, BackwardOptions options,
                CallSite site = CallSite::here()) const;
  void backward(BackwardOptions options, CallSite site = CallSite::here()) const;
  void backward(detail::RetainFlag) const;
  void backward(const Tensor&, detail::RetainFlag) const;
  /// The name of the operation that made it: "add"; "" for leaves.
  std::string_view operation() const;
  /// What it is called on the tape: scope, operation and number among the operations that it was
  /// computed from, and ":0" for the first result: "loss/sub_1:0". "constant:0" outside the tape.
  /// Walks over the graph; without its number once backward() has freed that. Numbers are those of
  /// tape(*this): two tensors may have the same, as each counts for itself.
  std::string name() const;
  /// Gives the operation that made it (or the leaf, or a constant) a name of its own within its
  /// scope: full({}, 42.0).named("answer").name() is "answer:0". Throws Error for a name that
  /// TensorBoard wouldn't take.
  Tensor named(std::string_view name) const;
  /// Calls `f` with every gradient that arrives here in a reverse pass, leaf or not; a defined
  /// result of the same shape replaces it, `f` must not change its argument. Hooks run in the order
  /// of registration, each with what the one before made of the gradient; those registered before a
  /// change in place see the gradient of the values before it. Throws AutogradError unless this
  /// tensor requires grad, Error for an empty function.
  HookHandle register_hook(GradientHook f) const;
  /// Calls `f` when a backward() has added to this leaf's grad(), in the order of registration. All
  /// leaves of the pass have got theirs by then. The argument has this tensor's elements, grad()
  /// and name. Throws AutogradError unless this is a leaf that requires grad, Error for an empty
  /// function.
  HookHandle register_post_accumulate_grad_hook(std::function<void(const Tensor&)> f) const;
  /// The same of a function that takes a handle which it may change.
  template <class F>
  requires(std::is_invocable_v<F&, Tensor&> && !std::is_invocable_v<F&, const Tensor&>) HookHandle
      register_post_accumulate_grad_hook(F f)
  const {
    return register_post_accumulate_grad_hook([f = std::move(f)](const auto& leaf) mutable {
      std::remove_cvref_t<decltype(leaf)> handle = leaf;
      f(handle);
    });
  }

  /// Of a graph (session.hpp): what run() gives with the session of it that this thread made last.
  /// A tensor with values gives itself. Throws Error where there is no session, and as run() does.
  Tensor eval() const;
  Tensor eval(const std::vector<Fed>& feeds) const;
  /// Fixes unknown sizes; -1 leaves one as it is. Throws ShapeError for another rank or known size.
  void set_shape(const Shape& shape) const;

 protected:
  OnTape() = default;
  ~OnTape() = default;

 private:
  const Tensor& self() const;
  Tensor& self();
};

}  // namespace detail
}  // namespace tapegrad
