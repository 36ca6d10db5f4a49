// Softmax and its relatives, for floating-point tensors: integers throw DTypeError, but for
// logsumexp, which makes float32 of them, as in PyTorch. A slice that is
// NaN has a gradient of NaN, but of 0 where what arrives is 0 throughout: a masked row.
#pragma once

#include "tapegrad/keepdim.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// exp(x) / sum(exp(x)) along `dim`, stable for large inputs. The shape stays.
/// A slice that holds inf or NaN, or nothing but -inf, gives NaN. Derivative: y (g - sum(g y)).
/// Throws IndexError if dim is out of range.
Tensor softmax(const Tensor& x, AsDim dim);
/// Of x.to(dtype), which may make floats of integers.
Tensor softmax(const Tensor& x, AsDim dim, AsDType dtype);

/// log(softmax(x, dim)), exact where softmax is as small as e^-1000, or as near to 1.
/// A slice that holds inf or NaN, or nothing but -inf, gives NaN. Derivative: g - softmax(x)
/// sum(g). Throws IndexError if dim is out of range.
Tensor log_softmax(const Tensor& x, AsDim dim);
Tensor log_softmax(const Tensor& x, AsDim dim, AsDType dtype);

/// log(sum(exp(x))) along `dims`, stable for large inputs. An empty list means all dimensions.
/// A slice that is all -inf, or has no element, gives -inf; one that holds inf gives inf.
/// Derivative: g softmax(x), so NaN for such slices. Throws IndexError for a dim out of range or
/// given twice.
/// Source: Blanchard, Higham & Higham (2021), "Accurately computing the log-sum-exp and softmax
/// functions".
Tensor logsumexp(const Tensor& x, const Dims& dims, Keepdim keep = Keepdim::no);

}  // namespace tapegrad
