// The tensors that belong to a module. Unlike other tensors they are copied by value, so that
// copies of a module are deep without a line of code in it.
#pragma once

#include <concepts>
#include <utility>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// A tensor with one owner. Wherever a Tensor is expected it serves as one:
///   Tensor handle = layer.weight;     the same tensor, as with every Tensor
///   Parameter copy(layer.weight);     a copy of the elements, without the gradient
///   auto what = layer.weight;         does not compile: say which of the two you mean
/// Assigning one to another copies the elements into the tensor that is there, so that an optimizer
/// that holds it goes on with the new values; the gradient is cleared. Where shapes or element
/// types differ, it becomes another tensor. A move keeps the tensor.
class Owned : public Tensor {
 public:
  Owned() = default;
  explicit Owned(const Owned& other);
  Owned(Owned&& other) noexcept = default;
  Owned& operator=(const Owned& other) &;
  Owned& operator=(Owned&& other) & noexcept = default;
  ~Owned() = default;

 protected:
  explicit Owned(Tensor value) : Tensor(std::move(value)) {}
};

/// A tensor that is trained: it requires grad until it is frozen with requires_grad_(false).
/// An undefined one is absent: a Linear without bias has an undefined bias.
class Parameter : public Owned {
 public:
  Parameter() = default;
  explicit Parameter(const Parameter&) = default;
  Parameter(Parameter&&) noexcept = default;
  Parameter& operator=(const Parameter&) & = default;
  Parameter& operator=(Parameter&&) & noexcept = default;
  ~Parameter() = default;
  /// Shares the elements of `value` and leaves its history. Throws DTypeError for integers.
  template <std::same_as<Tensor> T>  // not a Parameter: that would share behind the owner's back
  Parameter(const T& value) : Owned(value.detach()) {
    requires_grad_();
  }
};

/// A tensor that is part of a module's state but not trained: running statistics, constants.
class Buffer : public Owned {
 public:
  Buffer() = default;
  explicit Buffer(const Buffer&) = default;
  Buffer(Buffer&&) noexcept = default;
  Buffer& operator=(const Buffer&) & = default;
  Buffer& operator=(Buffer&&) & noexcept = default;
  ~Buffer() = default;
  /// Shares the elements of `value` and leaves its history.
  template <std::same_as<Tensor> T>
  Buffer(const T& value) : Owned(value.detach()) {}
};

}  // namespace nn
}  // namespace tapegrad
