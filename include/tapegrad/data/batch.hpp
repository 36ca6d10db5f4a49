// Examples side by side, and what gives them, epoch by epoch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

/// Some examples, stacked in a new first dimension: `auto [x, y] = batch`.
struct Batch {
  Tensor x;
  /// Undefined where examples have no target.
  Tensor y;
  /// int64 of shape [N]: how much of each row of x is there, where examples were padded to one
  /// length; undefined elsewhere.
  Tensor lengths = {};
};

template <std::size_t I>
const Tensor& get(const Batch& batch) {
  if constexpr (I == 0)
    return batch.x;
  else
    return batch.y;
}

/// What gives batches, an epoch at a time: a DataLoader, or a class of the user's. What an epoch
/// gives depends on its number and on nothing that was given before, so that who knows the epoch
/// and the number of batches behind it can go on anywhere.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// The next batch is number `first_batch` of this epoch; both count from 0.
  virtual void begin_epoch(std::int64_t epoch, std::int64_t first_batch = 0) = 0;
  /// Nothing at the end of the epoch.
  virtual std::optional<Batch> next() = 0;
  /// Batches in an epoch; nothing where the end is known only when it is reached.
  virtual std::optional<std::int64_t> size() const = 0;
};

}  // namespace data
}  // namespace tapegrad

/// @cond
template <>
struct std::tuple_size<tapegrad::data::Batch> : std::integral_constant<std::size_t, 2> {};
template <std::size_t I>
struct std::tuple_element<I, tapegrad::data::Batch> {
  using type = const tapegrad::Tensor;
};
/// @endcond
