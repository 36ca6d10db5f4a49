// The routines of LAPACK and BLAS that are called by their Fortran names: OpenBLAS has them in the
// library of its products, and no header of Debian's declares them. Matrices lie column by column;
// `lead` is the distance of columns. One name for both element types.
#pragma once

#include <cstddef>

// Fortran passes the lengths of texts behind all arguments.
extern "C" {
void sgetrf_(const int* m, const int* n, float* a, const int* lead, int* pivots, int* info);
void dgetrf_(const int* m, const int* n, double* a, const int* lead, int* pivots, int* info);
void sgetri_(const int* n, float* a, const int* lead, const int* pivots, float* work,
             const int* size, int* info);
void dgetri_(const int* n, double* a, const int* lead, const int* pivots, double* work,
             const int* size, int* info);
void sgetrs_(const char* trans, const int* n, const int* k, const float* a, const int* lead_a,
             const int* pivots, float* b, const int* lead_b, int* info, std::size_t);
void dgetrs_(const char* trans, const int* n, const int* k, const double* a, const int* lead_a,
             const int* pivots, double* b, const int* lead_b, int* info, std::size_t);
void spotrf_(const char* triangle, const int* n, float* a, const int* lead, int* info, std::size_t);
void dpotrf_(const char* triangle, const int* n, double* a, const int* lead, int* info,
             std::size_t);
void strsm_(const char* side, const char* triangle, const char* trans, const char* diagonal,
            const int* m, const int* n, const float* alpha, const float* a, const int* lead_a,
            float* b, const int* lead_b, std::size_t, std::size_t, std::size_t, std::size_t);
void dtrsm_(const char* side, const char* triangle, const char* trans, const char* diagonal,
            const int* m, const int* n, const double* alpha, const double* a, const int* lead_a,
            double* b, const int* lead_b, std::size_t, std::size_t, std::size_t, std::size_t);
void sgeqrf_(const int* m, const int* n, float* a, const int* lead, float* scales, float* work,
             const int* size, int* info);
void dgeqrf_(const int* m, const int* n, double* a, const int* lead, double* scales, double* work,
             const int* size, int* info);
void sorgqr_(const int* m, const int* n, const int* k, float* a, const int* lead,
             const float* scales, float* work, const int* size, int* info);
void dorgqr_(const int* m, const int* n, const int* k, double* a, const int* lead,
             const double* scales, double* work, const int* size, int* info);
void ssyevd_(const char* job, const char* triangle, const int* n, float* a, const int* lead,
             float* values, float* work, const int* size, int* integers, const int* count,
             int* info, std::size_t, std::size_t);
void dsyevd_(const char* job, const char* triangle, const int* n, double* a, const int* lead,
             double* values, double* work, const int* size, int* integers, const int* count,
             int* info, std::size_t, std::size_t);
void sgesdd_(const char* job, const int* m, const int* n, float* a, const int* lead, float* s,
             float* u, const int* lead_u, float* vh, const int* lead_vh, float* work,
             const int* size, int* integers, int* info, std::size_t);
void dgesdd_(const char* job, const int* m, const int* n, double* a, const int* lead, double* s,
             double* u, const int* lead_u, double* vh, const int* lead_vh, double* work,
             const int* size, int* integers, int* info, std::size_t);
}

namespace tapegrad::kernels::lapack {

/// The routine for T.
template <class T>
constexpr auto choose(auto single, auto twice) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return single;
  } else {
    return twice;
  }
}

template <class T>
inline constexpr auto getrf = choose<T>(sgetrf_, dgetrf_);
template <class T>
inline constexpr auto getri = choose<T>(sgetri_, dgetri_);
template <class T>
inline constexpr auto getrs = choose<T>(sgetrs_, dgetrs_);
template <class T>
inline constexpr auto potrf = choose<T>(spotrf_, dpotrf_);
template <class T>
inline constexpr auto trsm = choose<T>(strsm_, dtrsm_);
template <class T>
inline constexpr auto geqrf = choose<T>(sgeqrf_, dgeqrf_);
template <class T>
inline constexpr auto orgqr = choose<T>(sorgqr_, dorgqr_);
template <class T>
inline constexpr auto syevd = choose<T>(ssyevd_, dsyevd_);
template <class T>
inline constexpr auto gesdd = choose<T>(sgesdd_, dgesdd_);

}  // namespace tapegrad::kernels::lapack
