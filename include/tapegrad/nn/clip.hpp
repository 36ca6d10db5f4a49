// Gradients of bounded size, between backward() and the optimizer's step.
#pragma once

#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct ClipNormOptions {
  /// As norm()'s p: also infinity, the largest element.
  double norm_type = 2;
  /// Throw Error for a norm that is NaN or infinite, before anything is changed.
  bool error_if_nonfinite = false;
};

/// Multiplies all gradients by max_norm / (total + 1e-6) where that is below 1, in place and
/// outside the tape, and gives the total: the norm of all their elements, as it was before, of rank
/// 0 (for norm_type = 0 the number of elements that aren't 0, where PyTorch counts gradients).
/// Parameters without a gradient are passed over; where none has one, the total is 0. Gradients of
/// rows (sparse_grad.hpp) stay so, unless norm_type is negative. A total that
/// is NaN or infinite makes all gradients so, or 0. Nothing is read, unless error_if_nonfinite asks
/// for it, so that a captured function may clip. Throws Error for a max_norm that is negative or
/// NaN and for a norm_type that is NaN.
Tensor clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm,
                       const ClipNormOptions& options = {});

/// Clamps each element of the gradients to [-clip_value, clip_value], in place and outside the
/// tape. NaN stays. Throws Error for a clip_value that is negative or NaN.
void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);

/// All elements behind each other, row-major: [n], a copy on the tape. Throws ShapeError for an
/// empty list.
Tensor parameters_to_vector(const std::vector<Tensor>& parameters);

/// Copies the elements of `vector` into the parameters, in their order and outside the tape: these
/// stay the tensors that they are. Throws ShapeError, before anything is changed, unless the vector
/// has rank 1 and as many elements as they have together.
void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters);

}  // namespace nn
}  // namespace tapegrad
