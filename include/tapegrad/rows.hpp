// A tensor as the list of its rows: for (Tensor row : x).
#pragma once

#include <cstddef>
#include <iterator>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// A place among the rows of a tensor, which it keeps alive.
class RowIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Tensor;
  using difference_type = std::ptrdiff_t;
  using pointer = const Tensor*;
  using reference = Tensor;

  RowIterator() = default;
  RowIterator(const Tensor& x, std::int64_t row) : x_(x), row_(row) {}
  /// The row, as a view.
  Tensor operator*() const { return x_.select(0, row_); }
  RowIterator& operator++() {
    ++row_;
    return *this;
  }
  RowIterator operator++(int) {
    const RowIterator before = *this;
    ++row_;
    return before;
  }
  friend bool operator==(const RowIterator& a, const RowIterator& b) { return a.row_ == b.row_; }

 private:
  Tensor x_;
  std::int64_t row_ = 0;
};

}  // namespace tapegrad
