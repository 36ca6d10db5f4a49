// A matrix times a vector, whose time is that of reading the matrix. Knows no BLAS.
#pragma once

#include "kernels/small_gemm.hpp"

namespace tapegrad::kernels {

/// p for p.n == 1 and a matrix whose rows or columns are dense. The sums' order depends on the
/// sizes alone: the same bits on every instruction set and for any number of threads.
void gemv(const Product<float>& p);
void gemv(const Product<double>& p);

/// Two products that read a matrix x, whose rows lie dense, once: z = x w, or that added to what z
/// holds (`onto`), and sums = x^T r, where r is made of z.
template <class T>
struct TwoProducts {
  std::int64_t rows, columns;
  const T* x;
  std::int64_t lead;
  const T* w;
  std::int64_t w_step;
  T* z;
  bool onto;
  const T* r;
  T* sums;
};

/// Whether gemv_twice() takes matrices of these sizes, and by how many rows at a time; 0 if it
/// doesn't, because the matrix is small, or gemv() computes it otherwise.
template <class T>
std::int64_t rows_at_a_time(std::int64_t rows, std::int64_t columns);

/// Some blocks of so many rows each, to be gone through in their order.
class Blocks {
 public:
  Blocks(std::int64_t first, std::int64_t behind) : begin(first), end(behind) {}
  /// Makes z of the rows of block i.
  virtual void before(std::int64_t i) const = 0;
  /// Adds the products of its rows to the sums.
  virtual void after(std::int64_t i) const = 0;

  const std::int64_t begin, end;

 protected:
  ~Blocks() = default;
};
/// Makes r of z between both, for each of some blocks; several threads call it at a time.
struct Between {
  const void* f;
  void (*call)(const void* f, const Blocks& blocks);
};
/// Both products, to the bit as gemv() gives them.
void gemv_twice(const TwoProducts<float>& p, Between between);
void gemv_twice(const TwoProducts<double>& p, Between between);

}  // namespace tapegrad::kernels
