// Values that the tape keeps for the reverse pass, and how a derivative sees them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "autograd/mode.hpp"
#include "autograd/narrow.hpp"
#include "core/node.hpp"
#include "core/tensor_impl.hpp"

namespace tapegrad {

/// A value as it was when it was saved. It never owns the graph that it came from.
struct SavedTensor {
  static constexpr std::uint32_t to_recompute = ~std::uint32_t{0};

  Tensor value;
  /// Of the value; to_recompute where checkpoint() took it.
  std::uint32_t version = 0;

  void keep(const Tensor& x);
  /// Throws AutogradError if the value was changed in place since.
  void check_unchanged(std::string_view operation) const;
};

/// Value `slot` of a record from which it was taken.
SavedTensor recomputed(const Node& node, std::size_t slot);

/// The value again, with the node that it had: so that a recorded reverse pass can go through it.
Tensor reattach(const Tensor& saved, const Ptr<Node>& node);
/// The same, where a recorded pass asks for it, in the type that its elements are computed in.
Tensor widened_value(const Tensor& saved, const Ptr<Node>& node);

/// What a vjp sees: s[i] is input i, s.output() the result, as far as the operation saves them, in
/// the types that are computed in.
class Saved {
 public:
  Saved(Node& node, std::span<Ptr<Node>> inputs, std::span<const SavedTensor> values)
      : node_(node), inputs_(inputs), values_(values) {}

  /// Whether the gradient of input i is asked for.
  bool needs(std::size_t i) const { return static_cast<bool>(inputs_[i]); }
  std::size_t size() const { return inputs_.size(); }
  Tensor operator[](std::size_t i) const { return value(i, inputs_[i]); }
  Tensor first() const { return (*this)[0]; }
  Tensor second() const { return (*this)[1]; }
  Tensor output() const { return value(inputs_.size(), Ptr<Node>::share(&node_)); }
  /// Shape and type of a tracked input, without having saved it.
  const Shape& shape(std::size_t i) const { return inputs_[i]->shape; }
  DType dtype(std::size_t i) const { return inputs_[i]->dtype; }
  const Shape& output_shape() const { return node_.shape; }

 protected:
  Tensor value(std::size_t slot, const Ptr<Node>& node) const {
    const SavedTensor& saved = values_[slot];
    if (!saved.value.defined()) return absent(slot, node);
    saved.check_unchanged(node_.name());
    if (is_narrow(impl_of(saved.value).dtype)) [[unlikely]]
      return widened_value(saved.value, node);
    return recording() && node ? reattach(saved.value, node) : saved.value;
  }

  /// Never saved, or to be computed again.
  Tensor absent(std::size_t slot, const Ptr<Node>& node) const;

  Node& node_;
  std::span<Ptr<Node>> inputs_;
  std::span<const SavedTensor> values_;
};

}  // namespace tapegrad
