// Rows of elements that become elements of another type, or move as they are.
#pragma once

#include <cstdint>

#include "core/tensor_impl.hpp"

namespace tapegrad::kernels {

/// From one element type to another, none of which is only stored; between equal ones any.
class Conversion {
 public:
  Conversion(DType to, DType from);

  /// n elements, whose distances are in elements. Those that lie apart, and change, pass through
  /// rows on the stack: each pair of types has one loop, over elements without gaps.
  void operator()(std::byte* to, std::int64_t to_step, const std::byte* from,
                  std::int64_t from_step, std::int64_t n) const;

 private:
  using Move = void (*)(std::byte* to, std::int64_t to_step, const std::byte* from,
                        std::int64_t from_step, std::int64_t n);
  using Convert = void (*)(std::byte* to, const std::byte* from, std::int64_t n);

  std::int64_t to_size_;
  std::int64_t from_size_;
  Move move_in_;
  Move move_out_;
  Convert convert_ = nullptr;  // null where elements move as they are
};

}  // namespace tapegrad::kernels
