// What stands between brackets besides integers and slices: tensors, as one list of places.
#pragma once

#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// Tensors of integers for dimensions of x, each of which they name elements of.
struct Places {
  std::vector<std::size_t> dims;
  std::vector<Tensor> indices;

  /// One more for dimension `dim` of x, or a mask for as many as it has.
  void add(std::string_view operation, const Tensor& x, std::size_t dim, const Tensor& index);
};

/// The elements of x at these places.
Tensor taken(std::string_view operation, const Tensor& x, const Places& places);

/// x with `values` there, or with them added.
Tensor put(std::string_view operation, const Tensor& x, const Places& places, const Tensor& values,
           bool accumulate);

/// The same in place.
void put_in_place(std::string_view operation, Tensor x, const Places& places, const Tensor& values);

}  // namespace tapegrad
