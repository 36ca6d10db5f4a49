// OpenBLAS, opened when a program first needs it: looking up what it refers to takes longer than
// all else at the start. The only file that includes cblas.h, and the one that declares LAPACK,
// which OpenBLAS has in the same library and no header of Debian's has.
#pragma once

#include <cblas.h>

#include <cstddef>
#include <type_traits>

namespace tapegrad::kernels {

/// What is called with elements of T. LAPACK's matrices lie column by column; `lead` is the
/// distance of columns. Fortran passes the lengths of texts behind all arguments.
template <class T>
struct Blas {
  std::conditional_t<std::is_same_v<T, float>, decltype(&cblas_sgemm), decltype(&cblas_dgemm)> gemm;
  void (*trsm)(const char* side, const char* triangle, const char* trans, const char* diagonal,
               const int* m, const int* n, const T* alpha, const T* a, const int* lead_a, T* b,
               const int* lead_b, std::size_t, std::size_t, std::size_t, std::size_t);
  void (*getrf)(const int* m, const int* n, T* a, const int* lead, int* pivots, int* info);
  void (*getri)(const int* n, T* a, const int* lead, const int* pivots, T* work, const int* size,
                int* info);
  void (*getrs)(const char* trans, const int* n, const int* k, const T* a, const int* lead_a,
                const int* pivots, T* b, const int* lead_b, int* info, std::size_t);
  void (*potrf)(const char* triangle, const int* n, T* a, const int* lead, int* info, std::size_t);
  void (*geqrf)(const int* m, const int* n, T* a, const int* lead, T* scales, T* work,
                const int* size, int* info);
  void (*orgqr)(const int* m, const int* n, const int* k, T* a, const int* lead, const T* scales,
                T* work, const int* size, int* info);
  void (*syevd)(const char* job, const char* triangle, const int* n, T* a, const int* lead,
                T* values, T* work, const int* size, int* integers, const int* count, int* info,
                std::size_t, std::size_t);
  void (*gesdd)(const char* job, const int* m, const int* n, T* a, const int* lead, T* s, T* u,
                const int* lead_u, T* vh, const int* lead_vh, T* work, const int* size,
                int* integers, int* info, std::size_t);
};

struct OpenBlas {
  Blas<float> single;
  Blas<double> twice;
  decltype(&cblas_saxpy) axpy;
  // All versions from 0.2 to 0.3.29 have these; a BLAS without them, where they are null, has no
  // buffers and no threads to care for.
  int (*threads)();
  void (*set_threads)(int);
  void* (*take_buffer)(int);
  void (*give_buffer)(void*);
  // Where OpenBLAS is the variant on OpenMP, each thread has its own number.
  int (*omp_threads)();
  void (*set_omp_threads)(int);

  bool has_threads() const { return threads && set_threads; }
  bool has_buffers() const { return has_threads() && take_buffer && give_buffer; }
};

/// Its functions; all null until open_openblas().
extern constinit OpenBlas openblas;

/// To be called where blas_has_memory() has said so, and in no other place.
template <class T>
const Blas<T>& blas() {
  if constexpr (std::is_same_v<T, float>) {
    return openblas.single;
  } else {
    return openblas.twice;
  }
}

/// The library, which starts a thread for each processor that the caller may use. Throws Error
/// where the system has none.
void* open_openblas();

/// Looks up its functions. Throws Error where one is missing that has to be there.
OpenBlas functions_of(void* library);

}  // namespace tapegrad::kernels
