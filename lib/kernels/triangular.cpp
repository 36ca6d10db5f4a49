#include "kernels/triangular.hpp"

#include <limits>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/openblas.hpp"
#include "kernels/small_factors.hpp"

namespace tapegrad::kernels {
namespace {

double cost(std::int64_t n, std::int64_t columns) {
  return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(columns);
}

/// Elements follow one another in a direction, and lines lie apart from each other.
bool lies_so(std::int64_t element, std::int64_t line, int n) {
  return element == 1 && line >= n && line <= std::numeric_limits<int>::max();
}

}  // namespace

std::optional<Failure> cholesky(Ref out, Ref in) {
  copy(out, in);
  if (out.layout->numel() == 0) return {};
  const MatrixLayout lie(*out.layout);
  const auto n = static_cast<int>(lie.rows);
  const std::size_t batch = out.layout->rank() - 2;
  return dispatch_known_floating(out.dtype, [&]<class T>(std::type_identity<T>) {
    const bool small = n <= small_order;
    const auto f = [&](const auto& at) {
      T* a = reinterpret_cast<T*>(at[0]);
      int info = small ? cholesky_small(a, n) : 0;
      // LAPACK's upper triangle, column by column, is the lower one row by row.
      if (!small) blas<T>().potrf("U", &n, a, &n, &info, 1);
      for (int i = 0; i < n && info == 0; ++i) {
        if (!(a[std::int64_t{i} * n + i] > 0)) info = i + 1;  // OpenBLAS lets NaN pass
        std::fill_n(a + std::int64_t{i} * n + i + 1, n - i - 1, T{0});
      }
      return info;
    };
    return each_matrix(std::array{out}, batch, cost(n, n) / 3, f,
                       small ? Uses::loops : Uses::lapack);
  });
}

void solve_triangular(Ref out, Ref in, Ref b, bool upper, bool ones) {
  copy(out, b);
  if (out.layout->numel() == 0) return;
  const MatrixLayout lie(*in.layout);
  const auto n = static_cast<int>(lie.rows);
  const auto columns = static_cast<int>(out.layout->shape().back());
  const std::size_t batch = out.layout->rank() - 2;
  // Row by row, X is the transpose of what LAPACK sees: X^T A^T = B^T, with A from the right.
  const bool by_rows = lies_so(lie.column, lie.row, n);
  const bool by_columns = !by_rows && lies_so(lie.row, lie.column, n);
  const char* triangle = by_rows == upper ? "L" : "U";
  const auto lead = static_cast<int>(by_rows ? lie.row : by_columns ? lie.column : n);
  dispatch_known_floating(out.dtype, [&]<class T>(std::type_identity<T>) {
    each_matrix(std::array{out, in}, batch, cost(n, columns), [&](const auto& at) {
      const bool as_it_is = by_rows || by_columns;
      const Scratch<T> gathered(as_it_is ? 0 : lie.rows * lie.rows);
      const T* a = reinterpret_cast<const T*>(at[1]);
      if (!as_it_is) {
        gather(gathered.get(), a, lie);
        a = gathered.get();
      }
      const T one = 1;
      blas<T>().trsm("R", triangle, by_rows ? "N" : "T", ones ? "U" : "N", &columns, &n, &one, a,
                     &lead, reinterpret_cast<T*>(at[0]), &columns, 1, 1, 1, 1);
      return 0;
    });
  });
}

}  // namespace tapegrad::kernels
