// Values by their rank: what would stand in the middle of a sorted line, and between two of its
// elements. A tensor of rank 0 counts as a line of one element. Nothing has no rank: each throws
// ShapeError where there is no element, and IndexError if dim is out of range.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tapegrad/ops/reduce/extreme.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The middle one of all elements; of an even number the lower of the two in the middle; NaN where
/// there is one. Derivative: g to it.
Tensor median(const Tensor& x);
/// The same along `dim`, and where it is.
Extremes median(const Tensor& x, AsDim dim, Keepdim keep = Keepdim::no);

/// median() of the elements that aren't NaN; NaN where all are.
Tensor nanmedian(const Tensor& x);
Extremes nanmedian(const Tensor& x, AsDim dim, Keepdim keep = Keepdim::no);

/// The value below which the part q of all elements lies, or of each line along `dim`; NaN where
/// there is one. Between two elements it is, by `interpolation`, their "linear" one, the "lower",
/// the "higher", the "midpoint" or the "nearest" of them, the one at an even place if both are as
/// near. Without `dim`, keepdim gives x's rank.
///   q: rank 0, or [k], whose results are the first dimension then
/// Derivative: g to these two by their shares and, of a tensor q, to q as they differ. At the kink,
/// where q is at an element, it is 0 to q, and g to that element. Throws DTypeError for integers,
/// Error unless 0 <= q <= 1 and for another interpolation, ShapeError for a q of a higher rank.
Tensor quantile(const Tensor& x, double q, std::optional<std::int64_t> dim = std::nullopt,
                Keepdim keep = Keepdim::no, std::string_view interpolation = "linear");
Tensor quantile(const Tensor& x, const Tensor& q, std::optional<std::int64_t> dim = std::nullopt,
                Keepdim keep = Keepdim::no, std::string_view interpolation = "linear");
/// quantile() of the elements that aren't NaN; NaN where all are.
Tensor nanquantile(const Tensor& x, double q, std::optional<std::int64_t> dim = std::nullopt,
                   Keepdim keep = Keepdim::no, std::string_view interpolation = "linear");
Tensor nanquantile(const Tensor& x, const Tensor& q, std::optional<std::int64_t> dim = std::nullopt,
                   Keepdim keep = Keepdim::no, std::string_view interpolation = "linear");

}  // namespace tapegrad
