// What functions that make tensors are told besides a shape.
#pragma once

#include <optional>

#include "tapegrad/dtype.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Options of every function that makes a tensor from nothing.
struct TensorOptions {
  /// Default: float32, or what the values' C++ type says where there are values.
  std::optional<DType> dtype = std::nullopt;
  bool requires_grad = false;
};

}  // namespace tapegrad
