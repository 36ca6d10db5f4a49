// Tensors taken apart along a dimension.
#pragma once

#include <cstdint>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Views of `size` slices along `dim` each; the last may have fewer. Derivative: as narrow.
/// Throws ShapeError unless size > 0, IndexError for the dim.
std::vector<Tensor> split(const Tensor& x, std::int64_t size, AsDim dim = 0);
/// Views of sizes[0], sizes[1], ... slices. Throws ShapeError unless they add up to the dimension.
std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, AsDim dim = 0);

/// At most `count` views of equal size along `dim`, the last may be smaller: as PyTorch, fewer than
/// `count` when they can't be that many, and `count` of an empty dimension. Throws ShapeError
/// unless count > 0.
std::vector<Tensor> chunk(const Tensor& x, std::int64_t count, AsDim dim = 0);

/// Views of the slices along `dim`, which goes. Derivative: as select. Throws IndexError for the
/// dim.
std::vector<Tensor> unbind(const Tensor& x, AsDim dim = 0);

}  // namespace tapegrad
