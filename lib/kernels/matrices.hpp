// Batches of matrices, one after the other or in several threads: what the kernels on LAPACK share.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/memory.hpp"
#include "core/sizes.hpp"
#include "kernels/parallel.hpp"
#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// The first matrix of a batch for which something failed, and LAPACK's number for it.
struct Failure {
  std::int64_t matrix;
  int info;
};

/// Memory of a kernel, without values.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::int64_t n) : bytes_(bytes_of(n)), block_(allocate(bytes_)) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { deallocate(block_, bytes_); }
  T* get() const { return static_cast<T*>(block_); }
  T& operator[](std::int64_t i) const { return get()[i]; }

 private:
  /// More than there is where 64 bits can't count them: an expanded matrix may be of any size.
  static std::size_t bytes_of(std::int64_t n) {
    const auto bytes = product(n, static_cast<std::int64_t>(sizeof(T)));
    return static_cast<std::size_t>(bytes.value_or(std::numeric_limits<std::int64_t>::max()));
  }

  std::size_t bytes_;
  void* block_;
};

/// The last two dimensions: [rows, columns], and how far apart these lie.
struct MatrixLayout {
  std::int64_t rows, columns, row, column;
  explicit MatrixLayout(const Layout& layout)
      : rows(layout.shape()[layout.rank() - 2]),
        columns(layout.shape().back()),
        row(layout.strides()[layout.rank() - 2]),
        column(layout.strides().back()) {}
};

/// A matrix column by column without gaps, as LAPACK wants it, and back.
template <class T>
void gather(T* to, const T* from, const MatrixLayout& lie) {
  for (std::int64_t j = 0; j < lie.columns; ++j) {
    for (std::int64_t i = 0; i < lie.rows; ++i) {
      to[j * lie.rows + i] = from[i * lie.row + j * lie.column];
    }
  }
}
template <class T>
void scatter(T* to, const T* from, const MatrixLayout& lie) {
  for (std::int64_t i = 0; i < lie.rows; ++i) {
    for (std::int64_t j = 0; j < lie.columns; ++j) {
      to[i * lie.row + j * lie.column] = from[j * lie.rows + i];
    }
  }
}

/// Whether all elements of a matrix are finite: iterations on others may never end.
template <class T>
bool all_finite(const T* a, std::int64_t n) {
  T zero = 0;
  for (std::int64_t i = 0; i < n; ++i) zero += a[i] * 0;
  return zero == 0;
}

/// To be asked by a thread before it calls LAPACK: throws MemoryError where OpenBLAS would ask for
/// its buffer for ever.
void need_blas();

/// What works on a matrix. OpenBLAS isn't even opened for loops of ours.
enum class Uses { loops, lapack };

/// What run_matrices() calls for number `i` of the batch, whose matrices begin at `at`; it returns
/// LAPACK's info.
struct OfMatrix {
  const void* f;
  int (*call)(const void* f, std::byte* const* at);
};

/// See each_matrix(). The arrays' first `batch` dimensions have the same sizes.
std::optional<Failure> run_matrices(const Ref* arrays, std::size_t count, std::size_t batch,
                                    double work, OfMatrix f, Uses uses);

/// Calls f(pointers) for each matrix of the batches that lie in N arrays, which share their first
/// `batch` dimensions; `work` is the number of operations for one. f returns LAPACK's info, or 0.
/// OpenBLAS is alone in each thread, so that results don't depend on how many there are.
template <std::size_t N, class F>
std::optional<Failure> each_matrix(const std::array<Ref, N>& arrays, std::size_t batch, double work,
                                   const F& f, Uses uses = Uses::lapack) {
  return run_matrices(arrays.data(), N, batch, work,
                      {&f,
                       [](const void* g, std::byte* const* at) {
                         std::array<std::byte*, N> pointers;
                         std::copy_n(at, N, pointers.begin());
                         return (*static_cast<const F*>(g))(pointers);
                       }},
                      uses);
}

}  // namespace tapegrad::kernels
