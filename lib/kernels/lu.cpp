#include "kernels/lu.hpp"

#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/openblas.hpp"
#include "kernels/small_factors.hpp"

namespace tapegrad::kernels {
namespace {

double cubed(std::int64_t n) {
  const auto x = static_cast<double>(n);
  return x * x * x;
}

/// The factors of one matrix, or, where they are LAPACK's, which reads a row-major matrix so, of
/// its transpose, which has the same determinant.
template <class T>
struct Factors {
  int n;
  T* a;
  Scratch<int> pivots;
  int info = 0;

  Factors(std::int64_t size, T* matrix) : n(static_cast<int>(size)), a(matrix), pivots(size) {
    if (small()) {
      info = factor_small(a, n, pivots.get());
    } else {
      blas<T>().getrf(&n, &n, a, &n, pivots.get(), &info);
    }
  }
  bool small() const { return n <= small_order; }
  T diagonal(int i) const { return a[std::int64_t{i} * n + i]; }
  bool exchanges(int i) const { return pivots[i] != i + 1; }
};

/// Copies a matrix row by row.
template <class T>
void copy_rows(T* to, const T* from, const MatrixLayout& lie) {
  for (std::int64_t i = 0; i < lie.rows; ++i) {
    for (std::int64_t j = 0; j < lie.columns; ++j) {
      to[i * lie.columns + j] = from[i * lie.row + j * lie.column];
    }
  }
}

/// And back.
template <class T>
void spread_rows(T* to, const T* from, const MatrixLayout& lie) {
  for (std::int64_t i = 0; i < lie.rows; ++i) {
    for (std::int64_t j = 0; j < lie.columns; ++j) {
      to[i * lie.row + j * lie.column] = from[i * lie.columns + j];
    }
  }
}

/// The inverse in the place of a matrix; LAPACK's info.
template <class T>
int invert_small(T* a, int n) {
  T factors[small_order * small_order];
  int pivots[small_order];
  std::copy_n(a, n * n, factors);
  const int info = factor_small(factors, n, pivots);
  if (info != 0) return info;
  std::fill_n(a, n * n, T(0));
  for (int i = 0; i < n; ++i) a[i * n + i] = 1;
  solve_small(factors, n, pivots, a, n);
  return 0;
}

Uses uses_of(std::int64_t order) { return order <= small_order ? Uses::loops : Uses::lapack; }

/// Calls f(factors, pointers) for each matrix of the last array.
template <class T, std::size_t N, class F>
void factor_each(const std::array<Ref, N>& arrays, const F& f) {
  const Layout& layout = *arrays[N - 1].layout;
  const MatrixLayout lie(layout);
  const auto factor = [&](const auto& at) {
    const Scratch<T> a(lie.rows * lie.rows);
    copy_rows(a.get(), reinterpret_cast<const T*>(at[N - 1]), lie);
    f(Factors<T>(lie.rows, a.get()), at);
    return 0;
  };
  each_matrix(arrays, layout.rank() - 2, cubed(lie.rows), factor, uses_of(lie.rows));
}

}  // namespace

void determinant(Ref out, Ref in) {
  dispatch_known_floating(out.dtype, [&]<class T>(std::type_identity<T>) {
    factor_each<T>(std::array{out, in}, [](const Factors<T>& factors, const auto& at) {
      T product = 1;
      for (int i = 0; i < factors.n; ++i) {
        product *= factors.exchanges(i) ? -factors.diagonal(i) : factors.diagonal(i);
      }
      *reinterpret_cast<T*>(at[0]) = product;
    });
  });
}

void log_determinant(Ref sign, Ref log, Ref in) {
  dispatch_known_floating(log.dtype, [&]<class T>(std::type_identity<T>) {
    factor_each<T>(std::array{sign, log, in}, [](const Factors<T>& factors, const auto& at) {
      T sign = 1;
      T sum = 0;
      for (int i = 0; i < factors.n; ++i) {
        const T x = factors.diagonal(i);
        const bool negative = (x < 0) != factors.exchanges(i);
        if (!(std::abs(x) > 0)) sign *= x * 0;  // 0 or NaN
        if (negative) sign = -sign;
        sum += std::log(std::abs(x));
      }
      *reinterpret_cast<T*>(at[0]) = sign;
      *reinterpret_cast<T*>(at[1]) = sum;
    });
  });
}

std::optional<Failure> invert(Ref out, Ref in) {
  copy(out, in);
  const MatrixLayout lie(*out.layout);
  const std::size_t batch = out.layout->rank() - 2;
  if (out.layout->numel() == 0) return {};
  return dispatch_known_floating(out.dtype, [&]<class T>(std::type_identity<T>) {
    const auto f = [&](const auto& at) {
      T* a = reinterpret_cast<T*>(at[0]);
      if (lie.rows <= small_order) return invert_small(a, static_cast<int>(lie.rows));
      // The transpose's inverse, column by column, is the inverse row by row.
      Factors<T> factors(lie.rows, a);
      if (factors.info != 0) return factors.info;
      const int size = factors.n * std::min(factors.n, 64);
      const Scratch<T> work(size);
      blas<T>().getri(&factors.n, factors.a, &factors.n, factors.pivots.get(), work.get(), &size,
                      &factors.info);
      return factors.info;
    };
    return each_matrix(std::array{out}, batch, 2 * cubed(lie.rows), f, uses_of(lie.rows));
  });
}

std::optional<Failure> solve(Ref out, Ref in, Ref b) {
  if (out.layout->numel() == 0) return {};
  const MatrixLayout lie(*in.layout);
  const MatrixLayout from(*b.layout);
  const MatrixLayout to(*out.layout);
  const std::size_t batch = out.layout->rank() - 2;
  return dispatch_known_floating(out.dtype, [&]<class T>(std::type_identity<T>) {
    const auto f = [&](const auto& at) {
      const Scratch<T> a(lie.rows * lie.rows);
      copy_rows(a.get(), reinterpret_cast<const T*>(at[1]), lie);
      Factors<T> factors(lie.rows, a.get());
      if (factors.info != 0) return factors.info;
      const Scratch<T> x(from.rows * from.columns);
      if (factors.small()) {
        copy_rows(x.get(), reinterpret_cast<const T*>(at[2]), from);
        solve_small(factors.a, factors.n, factors.pivots.get(), x.get(), from.columns);
        spread_rows(reinterpret_cast<T*>(at[0]), x.get(), to);
        return 0;
      }
      gather(x.get(), reinterpret_cast<const T*>(at[2]), from);
      const int columns = static_cast<int>(from.columns);
      blas<T>().getrs("T", &factors.n, &columns, factors.a, &factors.n, factors.pivots.get(),
                      x.get(), &factors.n, &factors.info, 1);
      scatter(reinterpret_cast<T*>(at[0]), x.get(), to);
      return factors.info;
    };
    return each_matrix(std::array{out, in, b}, batch, cubed(lie.rows), f, uses_of(lie.rows));
  });
}

}  // namespace tapegrad::kernels
