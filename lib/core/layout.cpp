#include "core/layout.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/check.hpp"
#include "core/sizes.hpp"

namespace tapegrad {

Layout::Layout(const Shape& shape) : shape_(shape), strides_(shape) {
  std::int64_t step = 1;
  bool plain = true;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides_[i] = step;
    const auto next = product(step, std::max<std::int64_t>(shape[i], 1));
    plain = plain && shape[i] > 0 && next;
    step = next.value_or(0);  // of no use where a shape without elements has such sizes
  }
  numel_ = plain ? step : tapegrad::numel(shape);
}

Layout::Layout(const Shape& shape, const Strides& strides, std::int64_t offset)
    : shape_(shape), strides_(strides), offset_(offset) {
  settle();
}

void Layout::settle() {
  numel_ = 1;
  contiguous_ = true;
  bool overflow = false;
  for (std::size_t i = shape_.size(); i-- > 0;) {
    if (shape_[i] != 1 && strides_[i] != numel_) contiguous_ = false;
    const auto more = product(numel_, shape_[i]);
    overflow = overflow || !more;
    numel_ = more.value_or(0);
  }
  if (overflow) [[unlikely]]
    numel_ = tapegrad::numel(shape_);
  if (numel_ == 0) contiguous_ = true;
}

bool Layout::overlaps_itself() const {
  if (numel_ <= 1) return false;
  // Dimensions by growing stride, by insertion: there are at most eight.
  std::array<std::size_t, max_rank> order{};
  std::size_t count = 0;
  for (std::size_t d = 0; d < rank(); ++d) {
    if (shape_[d] == 1) continue;
    std::size_t at = count++;
    for (; at > 0 && strides_[order[at - 1]] > strides_[d]; --at) order[at] = order[at - 1];
    order[at] = d;
  }
  std::int64_t reach = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t d = order[i];
    if (strides_[d] <= reach) return true;
    reach += strides_[d] * (shape_[d] - 1);
  }
  return false;
}

std::int64_t Layout::extent(std::string_view operation) const {
  if (numel_ == 0) return offset_;
  std::int64_t last = offset_;
  for (std::size_t i = 0; i < rank(); ++i) {
    last = checked_add(operation, last, checked_mul(operation, strides_[i], shape_[i] - 1));
  }
  return checked_add(operation, last, 1);
}

Layout Layout::transposed(std::size_t a, std::size_t b) const {
  Layout result = *this;
  std::swap(result.shape_[a], result.shape_[b]);
  std::swap(result.strides_[a], result.strides_[b]);
  result.settle();
  return result;
}

Layout Layout::permuted(const Dims& order) const {
  Layout result = *this;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto from = static_cast<std::size_t>(order[i]);
    result.shape_[i] = shape_[from];
    result.strides_[i] = strides_[from];
  }
  result.settle();
  return result;
}

Layout Layout::selected(std::size_t dim, std::int64_t index) const {
  Layout result = *this;
  if (numel_ > 0) result.offset_ += index * strides_[dim];  // else of no use, perhaps too large
  result.shape_.erase(dim);
  result.strides_.erase(dim);
  result.settle();
  return result;
}

Layout Layout::sliced(std::size_t dim, std::int64_t start, std::int64_t length,
                      std::int64_t step) const {
  Layout result = *this;
  result.shape_[dim] = length;
  // Where they aren't of use they may be too large.
  if (numel_ > 0 && length > 0) result.offset_ += start * strides_[dim];
  if (numel_ > 0 && length > 1) result.strides_[dim] *= step;
  result.settle();
  return result;
}

Layout Layout::squeezed(std::size_t dim) const {
  Layout result = *this;
  result.shape_.erase(dim);
  result.strides_.erase(dim);
  return result;
}

Layout Layout::unsqueezed(std::size_t dim) const {
  Layout result = *this;
  const std::int64_t stride = dim < rank() ? product(strides_[dim], shape_[dim]).value_or(1) : 1;
  result.shape_.insert(dim, 1);
  result.strides_.insert(dim, stride);
  return result;
}

Layout Layout::broadcast_to(const Shape& shape) const {
  if (shape == shape_) return *this;
  Layout result;
  result.shape_ = shape;
  result.strides_ = Strides(shape.size(), 0);
  result.offset_ = offset_;
  const std::size_t lead = shape.size() - rank();
  for (std::size_t i = 0; i < rank(); ++i) {
    if (shape_[i] == shape[lead + i]) result.strides_[lead + i] = strides_[i];
  }
  result.settle();
  return result;
}

// Groups old dimensions that lie without gaps and hands each group's stride to the new dimensions
// which split it.
std::optional<Layout> Layout::viewed(const Shape& shape) const {
  if (shape == shape_) return *this;
  if (contiguous_) {
    Layout result(shape);
    result.offset_ = offset_;
    return result;
  }
  Strides strides(shape.size(), 0);
  std::size_t next = shape.size();
  std::int64_t group = 1;
  std::int64_t step = 1;
  for (std::size_t i = rank(); i-- > 0;) {
    if (group == 1) step = strides_[i];
    group *= shape_[i];
    const bool joins_left =
        i > 0 && (group == 1 || shape_[i - 1] == 1 || strides_[i - 1] == product(group, step));
    if (joins_left) continue;
    std::int64_t filled = 1;
    while (next > 0 && (filled < group || shape[next - 1] == 1)) {
      --next;
      strides[next] = product(step, filled).value_or(1);
      filled *= shape[next];
    }
    if (filled != group) return std::nullopt;
    group = 1;
  }
  return Layout(shape, strides, offset_);
}

namespace {

/// One of so many places, which a tensor of that rank has.
std::size_t wrap(std::string_view operation, std::int64_t dim, std::size_t rank,
                 std::size_t places) {
  const auto n = static_cast<std::int64_t>(places);
  check<IndexError>(dim >= -n && dim < n, "{}: dim {} is out of range for rank {}; use {} to {}",
                    operation, dim, rank, -n, n - 1);
  return static_cast<std::size_t>(dim < 0 ? dim + n : dim);
}

}  // namespace

std::size_t wrap_dim(std::string_view operation, std::int64_t dim, std::size_t rank) {
  check<IndexError>(rank > 0, "{}: dim {} of a tensor of rank 0, which has no dimension", operation,
                    dim);
  return wrap(operation, dim, rank, rank);
}

std::size_t wrap_line_dim(std::string_view operation, std::int64_t dim, std::size_t rank) {
  return wrap(operation, dim, rank, std::max<std::size_t>(rank, 1));
}

std::size_t wrap_new_dim(std::string_view operation, std::int64_t dim, std::size_t rank) {
  return wrap(operation, dim, rank, rank + 1);
}

std::int64_t wrap_index(std::string_view operation, std::int64_t index, std::int64_t size) {
  check<IndexError>(index >= -size && index < size,
                    "{}: index {} is out of range for a dimension of size {}", operation, index,
                    size);
  return index < 0 ? index + size : index;
}

Dims position(std::int64_t i, const Shape& shape) {
  Dims at = shape;
  for (std::size_t d = shape.size(); d-- > 0; i /= shape[d]) at[d] = i % shape[d];
  return at;
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  const std::size_t lead = to.size() - from.size();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] != 1 && from[i] != to[lead + i]) return false;
  }
  return true;
}

}  // namespace tapegrad
