// Matrix products. Everything else multiplies through gemm().
#include "kernels/gemm.hpp"

#include <algorithm>
#include <limits>

#include "core/dispatch.hpp"
#include "core/sizes.hpp"
#include "kernels/blas_memory.hpp"
#include "kernels/copy.hpp"
#include "kernels/gemv.hpp"
#include "kernels/openblas.hpp"
#include "kernels/panel_gemm.hpp"
#include "kernels/parallel.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {
namespace {

// Up to here our loops beat the call of OpenBLAS 0.3.21, whose cost is 30 to 150 ns.
constexpr std::int64_t small_product = 128;

constexpr std::int64_t largest = std::numeric_limits<blasint>::max();

/// How BLAS is told of a matrix: row by row, or column by column, which is transposed row by row.
struct Stored {
  CBLAS_TRANSPOSE flag;
  std::int64_t lead;
};

bool lies_by_rows(std::int64_t rows, std::int64_t cols, std::int64_t row, std::int64_t col) {
  return (cols == 1 || col == 1) && (rows == 1 || (row >= cols && row <= largest));
}

Stored stored(std::int64_t rows, std::int64_t cols, std::int64_t row, std::int64_t col) {
  if (lies_by_rows(rows, cols, row, col)) return {CblasNoTrans, rows == 1 ? cols : row};
  return {CblasTrans, cols == 1 ? rows : col};
}

blasint size(std::int64_t value) { return static_cast<blasint>(value); }

template <class T>
void blas_gemm(const Product<T>& p, Stored a, Stored b) {
  blas<T>().gemm(CblasRowMajor, a.flag, b.flag, size(p.m), size(p.n), size(p.k), 1, p.a,
                 size(a.lead), p.b, size(b.lead), p.onto ? 1 : 0, p.out, size(p.lead()));
}

/// By our threads, with one of OpenBLAS in each: its own go on looking for work when a product is
/// done, for as long as one takes, beside ours that have some.
template <class T>
void share_blas_gemm(const Product<T>& p, Stored a, Stored b) {
  constexpr std::int64_t least = 16;  // rows or columns
  const bool by_rows = p.m >= p.n;
  const std::int64_t all = by_rows ? p.m : p.n;
  const std::int64_t threads = openblas.threads();
  const std::int64_t length = (all + threads * least - 1) / (threads * least) * least;
  const AloneInBlas alone;
  parallel_for(all, length, [&](std::int64_t begin, std::int64_t end) {
    const Product<T> part = p.part(by_rows, begin, end - begin);
    blas_has_memory(0) ? blas_gemm(part, a, b) : multiply_small(part);
  });
}

}  // namespace

template <class T>
void multiply(const Product<T>& p) {
  if constexpr (std::is_floating_point_v<T>) {
    if (p.k > 1 && p.n == 1 && !p.has_gaps()) return gemv(p);
    if (p.k > 1 && p.m == 1) return gemv(p.transposed());
  }
  const bool fits = std::max({p.m, p.n, p.k, p.out_row}) <= largest;
  const std::int64_t work = product(p.m * p.n, p.k).value_or(largest);
  if (std::is_integral_v<T> || p.k == 1 || work <= small_product || !fits) {
    return multiply_small(p);
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (takes_panels(p, work)) return multiply_by_panels(p);
  }
  if (!blas_has_memory(work)) return multiply_small(p);  // slow, and right
  if constexpr (std::is_floating_point_v<T>) {
    const Stored a = stored(p.m, p.k, p.a_row, p.a_col);
    const Stored b = stored(p.k, p.n, p.b_row, p.b_col);
    // Within AloneInBlas it has one thread, whoever calls: what that shares is cut already.
    const bool shares = work >= shared_work && openblas.has_threads() && openblas.threads() > 1;
    shares ? share_blas_gemm(p, a, b) : blas_gemm(p, a, b);
  }
}

template void multiply(const Product<float>&);
template void multiply(const Product<double>&);

namespace {

/// The layout of the leading dimensions alone.
Layout leading(const Layout& layout) {
  Shape shape;
  Strides strides;
  for (std::size_t i = 0; i + 2 < layout.rank(); ++i) {
    shape.push_back(layout.shape()[i]);
    strides.push_back(layout.strides()[i]);
  }
  return Layout(shape, strides, 0);
}

/// Whether BLAS can be told of a matrix.
bool blas_can_read(std::int64_t rows, std::int64_t cols, std::int64_t row, std::int64_t col) {
  return lies_by_rows(rows, cols, row, col) || lies_by_rows(cols, rows, col, row);
}

/// Makes a batch one product of all rows, if b is the same for all and a's rows follow each other
/// evenly.
template <class T>
bool merge_rows(Product<T>& p, const Layout& a, const Layout& b) {
  const std::int64_t row = p.m == 1 ? p.k : p.a_row;
  std::int64_t m = p.m;
  for (std::size_t i = a.rank() - 2; i-- > 0;) {
    if (a.shape()[i] == 1) continue;
    if (b.strides()[i] != 0 || a.strides()[i] != m * row) return false;
    m *= a.shape()[i];
  }
  if (m == p.m) return true;
  if (!blas_can_read(m, p.k, row, p.a_col)) return false;
  p.m = m;
  p.a_row = row;
  return true;
}

template <class T>
void multiply_all(Ref out, Ref a, Ref b) {
  const std::size_t rank = out.layout->rank();
  const Strides& sa = a.layout->strides();
  const Strides& sb = b.layout->strides();
  Product<T> p{out.layout->shape()[rank - 2],
               out.layout->shape()[rank - 1],
               a.layout->shape()[rank - 1],
               out.as<T>(),
               a.as<const T>(),
               sa[rank - 2],
               sa[rank - 1],
               b.as<const T>(),
               sb[rank - 2],
               sb[rank - 1]};
  if (merge_rows(p, *a.layout, *b.layout)) return multiply(p);
  const Layout to = leading(*out.layout);
  const Layout from_a = leading(*a.layout);
  const Layout from_b = leading(*b.layout);
  Walk<3>({with_layout(out, to), with_layout(a, from_a), with_layout(b, from_b)})
      .rows([&p](const auto& at, const auto& stride, std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i) {
          p.out = reinterpret_cast<T*>(at[0]) + i * stride[0];
          p.a = reinterpret_cast<const T*>(at[1]) + i * stride[1];
          p.b = reinterpret_cast<const T*>(at[2]) + i * stride[2];
          multiply(p);
        }
      });
}

/// `row`, `stride` apart, in each of the rows of `out`.
template <class T>
void repeat(T* out, std::int64_t rows, const T* row, std::int64_t n, std::int64_t stride) {
  if (n == 1) {
    std::fill_n(out, rows, *row);
    return;
  }
  parallel_for(rows, std::max<std::int64_t>(1, grain / n),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   for (std::int64_t j = 0; j < n; ++j) out[i * n + j] = row[j * stride];
                 }
               });
}

template <class T>
bool multiply_ready(const void* state, std::byte* out, const std::byte* const* in) {
  Product<T> p = *static_cast<const Product<T>*>(state);
  p.out = reinterpret_cast<T*>(out);
  p.a = reinterpret_cast<const T*>(in[0]);
  p.b = reinterpret_cast<const T*>(in[1]);
  if (p.onto) repeat(p.out, p.m, reinterpret_cast<const T*>(in[2]), p.n, 1);
  multiply(p);
  return true;
}

/// Of a column, a number and a bias, in one pass.
template <class T>
bool line_ready(const void* state, std::byte* out, const std::byte* const* in) {
  const std::int64_t m = static_cast<const Product<T>*>(state)->m;
  T* __restrict const y = reinterpret_cast<T*>(out);
  const T* const x = reinterpret_cast<const T*>(in[0]);
  const T weight = *reinterpret_cast<const T*>(in[1]);
  const T bias = *reinterpret_cast<const T*>(in[2]);
  for (std::int64_t i = 0; i < m; ++i) y[i] = bias + weight * x[i];
  return true;
}

}  // namespace

void gemm(Ref out, Ref a, Ref b) {
  if (out.layout->numel() == 0) return;
  if (a.layout->numel() == 0) return fill(out, 0);
  dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
    if constexpr (!std::is_same_v<T, bool>) multiply_all<T>(out, a, b);
  });
}

void gemm(Ref out, Factor a, Factor b, const Ref* bias) {
  if (out.layout->numel() == 0) return;
  const Shape& shape = out.layout->shape();
  const Strides& sa = a.of.layout->strides();
  const Strides& sb = b.of.layout->strides();
  const std::int64_t k = a.of.layout->shape()[a.turned ? 0 : 1];
  dispatch_known_floating(out.dtype, [&]<class T>(std::type_identity<T>) {
    if (bias) {
      repeat(out.as<T>(), shape[0], bias->as<const T>(), shape[1], bias->layout->strides()[0]);
    }
    if (k == 0) return bias ? void() : fill(out, 0);
    multiply(Product<T>{shape[0], shape[1], k, out.as<T>(), a.of.as<const T>(), sa[a.turned],
                        sa[!a.turned], b.of.as<const T>(), sb[b.turned], sb[!b.turned],
                        bias != nullptr});
  });
}

Ready ready_gemm(DType dtype, const Layout& out, LyingFactor a, LyingFactor b, bool with_bias) {
  const Strides& sa = a.layout.strides();
  const Strides& sb = b.layout.strides();
  const std::int64_t k = a.layout.shape()[a.turned ? 0 : 1];
  if (out.numel() == 0 || k == 0 || (dtype != float32 && dtype != float64)) return {};
  return dispatch_known_floating(dtype, [&]<class T>(std::type_identity<T>) {
    const Product<T> p{out.shape()[0], out.shape()[1], k,       nullptr,      nullptr,
                       sa[a.turned],   sa[!a.turned],  nullptr, sb[b.turned], sb[!b.turned],
                       with_bias};
    const bool is_line = with_bias && k == 1 && p.n == 1 && (p.m == 1 || p.a_row == 1);
    return Ready(is_line ? &line_ready<T> : &multiply_ready<T>, p);
  });
}

bool readable(DType dtype, const Layout& operand) {
  const std::size_t rows = operand.rank() - 2;
  const std::size_t cols = operand.rank() - 1;
  return !is_floating(dtype) || blas_can_read(operand.shape()[rows], operand.shape()[cols],
                                              operand.strides()[rows], operand.strides()[cols]);
}

}  // namespace tapegrad::kernels
