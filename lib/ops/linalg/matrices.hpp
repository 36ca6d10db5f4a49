// What the operations on LAPACK ask of matrices and batches of them, and what they say where one
// fails.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/layout.hpp"
#include "kernels/orthogonal.hpp"
#include "ops/floating.hpp"
#include "ops/linalg/checks.hpp"

namespace tapegrad {

/// Throws ShapeError in `operation`'s name unless x is a matrix or a batch of them.
inline void check_matrices(std::string_view operation, const Tensor& x) {
  check<ShapeError>(x.dim() >= 2, "{}: needs matrices: shape {}", operation, x.shape());
  const std::int64_t larger = std::max(x.size(-2), x.size(-1));
  check<ShapeError>(larger <= std::numeric_limits<int>::max() || x.numel() == 0,
                    "{}: LAPACK counts rows and columns with 32 bits: shape {}", operation,
                    x.shape());
}

inline void check_square(std::string_view operation, const Tensor& x) {
  check<ShapeError>(x.dim() >= 2 && x.size(-1) == x.size(-2), "{}: needs square matrices: shape {}",
                    operation, x.shape());
  check_matrices(operation, x);
}

/// Throws ShapeError where LAPACK can't count the elements of its workspace with 32 bits: some 4 n
/// n for the smaller size n, and 64 for each of the larger one.
inline void check_workspace(std::string_view operation, const Tensor& x) {
  constexpr std::int64_t most = 20000;
  constexpr std::int64_t longest = std::int64_t{1} << 25;
  const auto [smaller, larger] = std::minmax({x.size(-2), x.size(-1)});
  check<ShapeError>((smaller <= most && larger <= longest) || x.numel() == 0,
                    "{}: rows or columns must be {} at most, and both {}: shape {}", operation,
                    most, longest, x.shape());
}

inline Shape batch_of(const Shape& matrices) {
  return Shape(std::span(matrices.begin(), matrices.size() - 2));
}

/// "the matrix", or "matrix [3]" of a batch.
inline std::string which_matrix(const Shape& matrices, std::int64_t number) {
  if (matrices.size() == 2) return "the matrix";
  return "matrix " + to_string(position(number, batch_of(matrices)));
}

/// Throws LinAlgError in `operation`'s name where a factorisation met a zero pivot.
inline void check_regular(std::string_view operation, const Tensor& x,
                          const std::optional<kernels::Failure>& failure) {
  if (!failure) return;
  fail<LinAlgError>("{}: {} is singular: pivot {} of its LU factors is 0; shape {}", operation,
                    which_matrix(x.shape(), failure->matrix), failure->info, x.shape());
}

/// Throws LinAlgError in `operation`'s name where an iteration failed.
inline void check_converged(std::string_view operation, const Tensor& x,
                            const std::optional<kernels::Failure>& failure) {
  if (!failure) return;
  const std::string which = which_matrix(x.shape(), failure->matrix);
  check<LinAlgError>(failure->info != kernels::not_finite,
                     "{}: {} has elements that aren't finite; shape {}", operation, which,
                     x.shape());
  fail<LinAlgError>("{}: {} doesn't converge (LAPACK says {}); shape {}", operation, which,
                    failure->info, x.shape());
}

/// f(), whose LinAlgError begin with its own name: they get that of what the user called.
template <class F>
auto in_own_words(std::string_view operation, const F& f) {
  try {
    return f();
  } catch (const LinAlgError& error) {
    const std::string_view text = error.what();
    throw LinAlgError(std::string(operation) + std::string(text.substr(text.find(':'))));
  }
}

}  // namespace tapegrad
