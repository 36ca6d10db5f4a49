// States that are a few numbers by name.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "tapegrad/ops/create.hpp"
#include "tapegrad/state_dict.hpp"

namespace tapegrad::optim {

inline Tensor scalar(Scalar value, DType dtype) { return full({}, value, {.dtype = dtype}); }

class Numbers {
 public:
  /// Throws Error in the owner's name unless the state has these names and no others.
  Numbers(std::string_view owner, const StateDict& state,
          std::initializer_list<std::string_view> names);
  /// Throws ShapeError and DTypeError for anything but numbers of that shape.
  Tensor of(std::string_view name, const Shape& shape, DType dtype = float64) const;
  double number(std::string_view name) const { return of(name, {}).item<double>(); }
  /// Throws Error for a negative one.
  std::int64_t count(std::string_view name) const;

 protected:
  std::string_view owner_;
  const StateDict& state_;
};

}  // namespace tapegrad::optim
