// Where the operands of one step are. It is asked before the first run, and where that changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "autograd/operation.hpp"

namespace tapegrad {

/// Of tensors that live on, with the layouts that they have; of an undefined one nothing.
template <std::size_t most_inputs>
class Operands {
 public:
  Operands() = default;
  Operands(const Tensor& out, Inputs inputs) : inputs_(static_cast<std::uint8_t>(inputs.size())) {
    result_ = array_of(out);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      if (inputs[k]->defined()) operands_[k] = array_of(*inputs[k]);
    }
  }

  std::size_t inputs() const { return inputs_; }
  void find(std::byte*& out, std::array<const std::byte*, most_inputs>& in) const {
    out = result_.start();
    for (std::size_t k = 0; k < inputs_; ++k)
      in[k] = operands_[k].tensor ? operands_[k].start() : nullptr;
  }

 private:
  struct Array {
    const TensorImpl* tensor = nullptr;
    std::size_t offset = 0;
    std::byte* start() const { return tensor->storage->data + offset; }
  };
  static Array array_of(const Tensor& x) {
    const TensorImpl& impl = *x.impl();
    return {&impl, static_cast<std::size_t>(impl.layout.offset()) * size_of(impl.dtype)};
  }

  std::uint8_t inputs_ = 0;
  Array result_;
  std::array<Array, most_inputs> operands_{};
};

}  // namespace tapegrad
