// Elements that are stored and not computed with, on their way through operations.
#pragma once

#include <span>
#include <vector>

#include "core/dispatch.hpp"
#include "core/tensor_impl.hpp"

namespace tapegrad {

inline unsigned types_of(const Tensor& x) { return x.defined() ? bit_of(impl_of(x).dtype) : 0; }
unsigned types_of(std::span<const Tensor> list);
inline bool has_narrow(const auto& x) { return (types_of(x) & narrow_types) != 0; }

/// In the type that its elements are computed in; x itself if that is its own.
Tensor widened(const Tensor& x);
std::vector<Tensor> widened(std::span<const Tensor> list);

}  // namespace tapegrad
