// Walks several arrays of one shape together, one innermost row at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/joined_rows.hpp"
#include "kernels/parallel.hpp"
#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// The dimensions of N arrays, merged wherever all of them lie without gaps, size 1 dropped.
template <std::size_t N>
class Walk {
  using Pointers = std::array<std::byte*, N>;
  using Steps = std::array<std::int64_t, N>;

 public:
  /// A function of a row, whatever its type: the walk is compiled once, not for each of them.
  struct Row {
    const void* f;
    void (*call)(const void* f, const Pointers& at, const Steps& strides, std::int64_t n);
    void operator()(const Pointers& at, const Steps& strides, std::int64_t n) const {
      call(f, at, strides, n);
    }
  };

  [[gnu::noinline]] explicit Walk(const std::array<Ref, N>& arrays) {
    for (std::size_t k = 0; k < N; ++k) {
      start_[k] = arrays[k].data;
      step_[k] = static_cast<std::int64_t>(size_of(arrays[k].dtype));
    }
    const Shape& shape = arrays[0].layout->shape();
    empty_ = arrays[0].layout->numel() == 0;
    for (std::size_t d = shape.size(); d-- > 0;) {
      if (shape[d] != 1) add(arrays, d, shape[d]);
    }
    if (rank_ == 0) rank_ = 1;  // one element: a row of length 1
  }

  /// Calls row(pointers, strides, length); strides in elements of each array.
  template <class F>
  void rows(F&& row) const {
    rows_from(start_, row);
  }

  /// rows() in several threads, with at least `grain` elements for each call that is worth waking
  /// one. `row` may run in several at a time, and sees a row in pieces.
  void parallel_rows(std::int64_t grain, const Row& row) const { run_rows(grain, row); }
  template <class F>
  void parallel_rows(std::int64_t grain, const F& row) const {
    run_rows(grain, {&row, [](const void* f, const Pointers& at, const Steps& strides,
                              std::int64_t n) { (*static_cast<const F*>(f))(at, strides, n); }});
  }

  /// Calls block(number, pointers, n, m) for blocks of n elements along dimension 0 and m along
  /// `across`, at most `most[0]` and `most[1]`, in several threads as parallel_rows() does. Where
  /// `across` is 0 they are parts of rows, numbered in the order of rows().
  template <class F>
  void parallel_blocks(std::int64_t grain, std::size_t across,
                       const std::array<std::int64_t, 2>& most, const F& block) const {
    if (empty_) return;
    std::array<std::int64_t, max_rank> length, count;
    length.fill(1);
    length[0] = std::min(most[0], sizes_[0]);
    length[across] = std::min(most[1], sizes_[across]);
    std::int64_t blocks = 1;
    for (std::size_t d = 0; d < rank_; ++d) {
      count[d] = (sizes_[d] - 1) / length[d] + 1;
      blocks *= count[d];
    }
    const std::int64_t area = across == 0 ? length[0] : length[0] * length[across];
    const auto several = [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t b = begin; b < end; ++b) {
        std::array<std::byte*, N> at = start_;
        std::array<std::int64_t, max_rank> first;
        std::int64_t rest = b;
        for (std::size_t d = 0; d < rank_; ++d) {
          first[d] = rest % count[d] * length[d];
          rest /= count[d];
          move(at, d, first[d]);
        }
        block(b, at, std::min(length[0], sizes_[0] - first[0]),
              std::min(length[across], sizes_[across] - first[across]));
      }
    };
    parallel_for(blocks, std::max<std::int64_t>(1, grain / area), several);
  }

  /// How many parts of rows there are, of at most `most` elements each.
  std::int64_t parts(std::int64_t most) const {
    if (empty_) return 0;
    std::int64_t count = (sizes_[0] - 1) / most + 1;
    for (std::size_t d = 1; d < rank_; ++d) count *= sizes_[d];
    return count;
  }

  /// Dimensions after merging, the innermost is 0.
  std::size_t rank() const { return rank_; }
  std::int64_t size(std::size_t d) const { return sizes_[d]; }
  const std::array<std::int64_t, N>& strides(std::size_t d) const { return strides_[d]; }
  const std::array<std::byte*, N>& start() const { return start_; }
  /// Of arrays whose elements all have that size.
  Operands operands(std::size_t element) const {
    return {start_.data(),      N,    static_cast<std::int64_t>(element), sizes_.data(),
            strides_[0].data(), rank_};
  }

  /// The same from other first elements.
  template <class F>
  void rows_from(std::array<std::byte*, N> at, F&& row) const {
    if (empty_) return;
    std::array<std::int64_t, max_rank> count{};
    while (true) {
      row(at, strides_[0], sizes_[0]);
      std::size_t d = 1;
      for (; d < rank_; ++d) {
        move(at, d, 1);
        if (++count[d] < sizes_[d]) break;
        move(at, d, -sizes_[d]);
        count[d] = 0;
      }
      if (d >= rank_) return;
    }
  }

 private:
  [[gnu::noinline]] void run_rows(std::int64_t grain, const Row& row) const {
    if (empty_) return;
    const std::size_t outer = rank_ - 1;
    std::int64_t inner = 1;
    for (std::size_t d = 0; d < outer; ++d) inner *= sizes_[d];
    parallel_for(sizes_[outer], std::max<std::int64_t>(1, grain / inner),
                 [&](std::int64_t begin, std::int64_t end) {
                   Walk part(*this);
                   part.move(part.start_, outer, begin);
                   part.sizes_[outer] = end - begin;
                   part.rows(row);
                 });
  }

  void add(const std::array<Ref, N>& arrays, std::size_t d, std::int64_t size) {
    std::array<std::int64_t, N> strides;
    for (std::size_t k = 0; k < N; ++k) strides[k] = arrays[k].layout->strides()[d];
    if (rank_ > 0) {
      bool joins = true;
      for (std::size_t k = 0; k < N; ++k) {
        joins = joins && strides[k] == strides_[rank_ - 1][k] * sizes_[rank_ - 1];
      }
      if (joins) {
        sizes_[rank_ - 1] *= size;
        return;
      }
    }
    sizes_[rank_] = size;
    strides_[rank_] = strides;
    ++rank_;
  }

  void move(std::array<std::byte*, N>& at, std::size_t d, std::int64_t by) const {
    for (std::size_t k = 0; k < N; ++k) at[k] += strides_[d][k] * by * step_[k];
  }

  std::array<std::byte*, N> start_;
  std::array<std::int64_t, N> step_;             // bytes of an element
  std::array<std::int64_t, max_rank> sizes_{1};  // innermost first
  std::array<std::array<std::int64_t, N>, max_rank> strides_{};
  std::size_t rank_ = 0;
  bool empty_ = false;
};

}  // namespace tapegrad::kernels
