// The tensors that belong to a module. Unlike other tensors they are copied by value, so that
// copies of a module are deep without a line of code in it.
#pragma once

#include <concepts>
#include <string_view>
#include <utility>

#include "tapegrad/nn/place.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

class Visitor;
namespace detail {
struct Identity;
}

/// A tensor with one owner. Wherever a Tensor is expected it serves as one:
///   Tensor handle = layer.weight;     the same tensor, as with every Tensor
///   Parameter copy(layer.weight);     a copy of the elements, without the gradient
///   auto what = layer.weight;         does not compile: say which of the two you mean
/// Assigning copies the elements into the tensor that is there, so that an optimizer that holds it
/// goes on with the new values; the gradient is cleared, requires_grad follows. So do moves and
/// std::swap(): values go, tensors stay, and one that was moved from by an assignment keeps its
/// own. Where shapes or element types differ, or nothing is there, it becomes another tensor (the
/// one of what is moved); an optimizer that still holds the old one says so in its next step. One
/// that is made by a move takes the tensor along.
class Owned : public Tensor, private detail::Place {
 public:
  Owned() = default;
  explicit Owned(const Owned& other);
  Owned(Owned&& other) noexcept;
  Owned& operator=(const Owned& other) &;
  Owned& operator=(Owned&& other) &;
  ~Owned() { let_go(); }
  /// Would exchange the tensors behind the owners' back: use std::swap().
  void swap(Tensor&) = delete;
  using Tensor::take;  // and not Place::take

 protected:
  Owned(std::string_view what, const Tensor& value);

 private:
  friend detail::Identity;
  friend class Visitor;

  void hold();
  void become_copy(const Owned& other);
  /// Learns what was done to it as a Tensor, behind its back.
  void notice();
  void let_go();
  static bool fits(const Tensor& mine, const Owned& other);
  bool fits(const Owned& other) const { return fits(*this, other); }
  /// Copies the elements of one that fits.
  static void assign(Tensor mine, const Owned& other);

  /// What the census knows this to hold, also after somebody has moved the tensor out of it.
  const void* held_ = nullptr;
};

namespace detail {

/// A tensor, or what brackets give, that no module owns.
template <class T>
concept Unowned = std::derived_from<T, Tensor> && !std::derived_from<T, Owned>;

}  // namespace detail

/// A tensor that is trained: it requires grad until it is frozen with requires_grad_(false).
/// An undefined one is absent: a Linear without bias has an undefined bias.
class Parameter : public Owned {
 public:
  Parameter() = default;
  explicit Parameter(const Parameter&) = default;
  explicit Parameter(Parameter& other) : Parameter(std::as_const(other)) {}
  /// `auto w = layer.weight`, with a text that says what to write.
  template <std::same_as<Parameter> T>
  Parameter(T&) {
    static_assert(!std::same_as<T, Parameter>,
                  "write Tensor w = x for the tensor itself, Parameter w(x) for a copy of it");
  }
  Parameter(Parameter&&) noexcept = default;
  Parameter& operator=(const Parameter&) & = default;
  Parameter& operator=(Parameter&&) & = default;
  ~Parameter() = default;
  /// Shares the elements of `value` and leaves its history. Throws DTypeError for integers,
  /// Error for an undefined tensor.
  template <detail::Unowned T>  // not a Parameter: that would share behind the owner's back
  Parameter(const T& value) : Owned("Parameter", value) {
    requires_grad_();
  }
};

/// A tensor that is part of a module's state but not trained: running statistics, constants.
class Buffer : public Owned {
 public:
  Buffer() = default;
  explicit Buffer(const Buffer&) = default;
  explicit Buffer(Buffer& other) : Buffer(std::as_const(other)) {}
  /// `auto w = layer.weight`, with a text that says what to write.
  template <std::same_as<Buffer> T>
  Buffer(T&) {
    static_assert(!std::same_as<T, Buffer>,
                  "write Tensor w = x for the tensor itself, Buffer w(x) for a copy of it");
  }
  Buffer(Buffer&&) noexcept = default;
  Buffer& operator=(const Buffer&) & = default;
  Buffer& operator=(Buffer&&) & = default;
  ~Buffer() = default;
  /// Shares the elements of `value` and leaves its history.
  template <detail::Unowned T>
  Buffer(const T& value) : Owned("Buffer", value) {}
};

}  // namespace nn
}  // namespace tapegrad
