// Views under other dimensions, and several shapes made one. What a tensor's methods in tensor.hpp
// do with one dimension, these do with several, or under PyTorch's other names.
#pragma once

#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// A view: dimension from[i] becomes dimension to[i], the others keep their order. Derivative: g
/// moved back. Throws ShapeError for lists of different length, IndexError for a dim that is out of
/// range or given twice.
Tensor movedim(const Tensor& x, const Dims& from, const Dims& to);
/// transpose() by NumPy's name.
Tensor swapaxes(const Tensor& x, AsDim a, AsDim b);

/// `dim` as several dimensions of these sizes, of which one may be -1: the opposite of flatten().
/// Derivative: g reshaped. Throws ShapeError unless they hold as many elements.
Tensor unflatten(const Tensor& x, AsDim dim, const Shape& sizes);
/// view() and expand() to the shape of another tensor, with their errors.
Tensor view_as(const Tensor& x, const Tensor& other);
Tensor expand_as(const Tensor& x, const Tensor& other);
/// reshape() to the shape of another tensor, with its errors.
Tensor reshape_as(const Tensor& x, const Tensor& other);
/// x.to() the element type of another tensor.
Tensor type_as(const Tensor& x, const Tensor& other);
/// expand() by NumPy's name.
Tensor broadcast_to(const Tensor& x, const Shape& shape);
/// All elements row by row, as flatten() gives them: rank 1.
Tensor ravel(const Tensor& x);

/// Views of one shape, to which all broadcast. Throws ShapeError where they don't.
std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors);

/// Views of vectors as the coordinates of a grid: with `Indexing::ij` tensor k varies along
/// dimension k, with xy the first two dimensions are swapped. Numbers (rank 0) count as vectors of
/// one element. Throws ShapeError for an empty list and higher ranks.
enum class Indexing { ij, xy };
std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, Indexing indexing = Indexing::ij);

}  // namespace tapegrad
