#include "kernels/orthogonal.hpp"

#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/openblas.hpp"

namespace tapegrad::kernels {
namespace {

/// The size that LAPACK asked for in an element, which may have rounded it down.
template <class T>
int size_asked(T answer) {
  return static_cast<int>(std::ceil(answer * (1 + std::numeric_limits<T>::epsilon()))) + 1;
}

/// A few times the cost of a product.
double cost(const MatrixLayout& lie) {
  const double least = static_cast<double>(std::min(lie.rows, lie.columns));
  return 4 * least * static_cast<double>(lie.rows) * static_cast<double>(lie.columns);
}

// What LAPACK wants to work in is asked once for all matrices of a batch: with small ones that
// takes as long as the rest.

template <class T>
int work_of_qr(const MatrixLayout& to_q, const MatrixLayout& to_r) {
  const auto m = static_cast<int>(to_q.rows);
  const auto n = static_cast<int>(to_r.columns);
  const auto wide = static_cast<int>(to_q.columns);
  const int least = std::min(m, n);
  const int ask = -1;
  int info = 0;
  T answer[2] = {0, 0};
  T unread = 0;
  blas<T>().geqrf(&m, &n, &unread, &m, &unread, &answer[0], &ask, &info);
  blas<T>().orgqr(&m, &wide, &least, &unread, &m, &unread, &answer[1], &ask, &info);
  return size_asked(std::max(answer[0], answer[1]));
}

/// Reflections and the triangle of one matrix, [m, n], in an array that has room for q.
template <class T>
void factor_qr(T* q, T* r, const MatrixLayout& to_q, const MatrixLayout& to_r, T* a, int size) {
  const auto m = static_cast<int>(to_q.rows);
  const auto n = static_cast<int>(to_r.columns);
  const auto wide = static_cast<int>(to_q.columns);
  const int least = std::min(m, n);
  int info = 0;
  const Scratch<T> scales(least);
  const Scratch<T> work(size);
  blas<T>().geqrf(&m, &n, a, &m, scales.get(), work.get(), &size, &info);
  for (std::int64_t i = 0; i < to_r.rows; ++i) {
    for (std::int64_t j = 0; j < n; ++j) r[i * to_r.row + j] = j < i ? T{0} : a[j * m + i];
  }
  blas<T>().orgqr(&m, &wide, &least, a, &m, scales.get(), work.get(), &size, &info);
  scatter(q, a, to_q);
}

/// Eigenvalues, and vectors in the place of a matrix.
template <class T>
struct Eigen {
  int n;
  const char* job;
  const char* triangle;
  int size = 0;
  int count = 0;

  Eigen(std::int64_t order, bool vectors, bool upper)
      : n(static_cast<int>(order)), job(vectors ? "V" : "N"), triangle(upper ? "U" : "L") {
    const int ask = -1;
    int info = 0;
    T answer = 0;
    T unread = 0;
    blas<T>().syevd(job, triangle, &n, &unread, &n, &unread, &answer, &ask, &count, &ask, &info, 1,
                    1);
    size = size_asked(answer);
  }
  int find(T* values, T* a) const {
    int info = 0;
    const Scratch<T> work(size);
    const Scratch<int> integers(count);
    blas<T>().syevd(job, triangle, &n, a, &n, values, work.get(), &size, integers.get(), &count,
                    &info, 1, 1);
    return info;
  }
};

/// Singular values and vectors, which aren't touched where the job doesn't want them.
template <class T>
struct Singular {
  int m, n, lead_u, lead_vh;
  const char* job;
  int size = 0;

  Singular(const int (&sizes)[4], const char* what)
      : m(sizes[0]), n(sizes[1]), lead_u(sizes[2]), lead_vh(sizes[3]), job(what) {
    const int ask = -1;
    T answer = 0;
    T unread = 0;
    run(&unread, &unread, &unread, &unread, &answer, ask);
    size = size_asked(answer);
  }
  int find(T* s, T* u, T* vh, T* a) const {
    const Scratch<T> work(size);
    return run(s, u, vh, a, work.get(), size);
  }

 private:
  int run(T* s, T* u, T* vh, T* a, T* work, int count) const {
    int info = 0;
    const Scratch<int> integers(8 * std::min(m, n));
    blas<T>().gesdd(job, &m, &n, a, &m, s, u, &lead_u, vh, &lead_vh, work, &count, integers.get(),
                    &info, 1);
    return info;
  }
};

}  // namespace

void qr(Ref q, Ref r, Ref in) {
  const MatrixLayout lie(*in.layout);
  const MatrixLayout to_q(*q.layout);
  const MatrixLayout to_r(*r.layout);
  const std::int64_t room = lie.rows * std::max(lie.columns, to_q.columns);
  if (q.layout->numel() == 0) return;
  need_blas();
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    const int size = work_of_qr<T>(to_q, to_r);
    each_matrix(std::array{q, r, in}, in.layout->rank() - 2, cost(lie), [&](const auto& at) {
      const Scratch<T> a(room);
      gather(a.get(), reinterpret_cast<const T*>(at[2]), lie);
      factor_qr(reinterpret_cast<T*>(at[0]), reinterpret_cast<T*>(at[1]), to_q, to_r, a.get(),
                size);
      return 0;
    });
  });
}

std::optional<Failure> eigh(Ref values, const Ref* vectors, Ref in, bool upper) {
  if (values.layout->numel() == 0) return {};
  const MatrixLayout lie(*in.layout);
  const MatrixLayout to(vectors ? *vectors->layout : *in.layout);
  const Ref out = vectors ? *vectors : values;
  need_blas();
  return dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    const Eigen<T> eigen(lie.rows, vectors != nullptr, upper);
    const auto f = [&](const auto& at) {
      const Scratch<T> a(lie.rows * lie.rows);
      gather(a.get(), reinterpret_cast<const T*>(at[2]), lie);
      if (!all_finite(a.get(), lie.rows * lie.rows)) return not_finite;
      const int info = eigen.find(reinterpret_cast<T*>(at[0]), a.get());
      if (vectors) scatter(reinterpret_cast<T*>(at[1]), a.get(), to);
      return info;
    };
    return each_matrix(std::array{values, out, in}, in.layout->rank() - 2, 4 * cost(lie), f);
  });
}

std::optional<Failure> svd(Ref s, const Ref* u, const Ref* vh, Ref in) {
  if (s.layout->numel() == 0) return {};
  const MatrixLayout lie(*in.layout);
  const MatrixLayout to_u(u ? *u->layout : *in.layout);
  const MatrixLayout to_vh(vh ? *vh->layout : *in.layout);
  const bool all =
      u && (to_u.columns > s.layout->shape().back() || to_vh.rows > s.layout->shape().back());
  const int sizes[4] = {static_cast<int>(lie.rows), static_cast<int>(lie.columns),
                        static_cast<int>(to_u.rows), static_cast<int>(u ? to_vh.rows : 1)};
  const std::array arrays{s, u ? *u : s, vh ? *vh : s, in};
  need_blas();
  return dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    const Singular<T> singular(sizes, !u ? "N" : all ? "A" : "S");
    const auto f = [&](const auto& at) {
      const Scratch<T> a(lie.rows * lie.columns);
      const Scratch<T> left(u ? to_u.rows * to_u.columns : 1);
      const Scratch<T> right(u ? to_vh.rows * to_vh.columns : 1);
      gather(a.get(), reinterpret_cast<const T*>(at[3]), lie);
      if (!all_finite(a.get(), lie.rows * lie.columns)) return not_finite;
      const int info = singular.find(reinterpret_cast<T*>(at[0]), left.get(), right.get(), a.get());
      if (u) scatter(reinterpret_cast<T*>(at[1]), left.get(), to_u);
      if (u) scatter(reinterpret_cast<T*>(at[2]), right.get(), to_vh);
      return info;
    };
    return each_matrix(arrays, in.layout->rank() - 2, 4 * cost(lie), f);
  });
}

}  // namespace tapegrad::kernels
