// The elements of some tensors as one row of numbers, and back into the tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// Tensors whose elements are varied, in place and in their layouts. They have their own values
/// back at the end of the scope.
class Variables {
 public:
  explicit Variables(std::vector<Tensor> tensors);
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;
  ~Variables() { write(before_); }

  const std::vector<Tensor>& tensors() const { return tensors_; }
  std::size_t size() const { return before_.size(); }
  /// Row-major, one tensor after the other.
  std::vector<double> read() const;
  void write(const std::vector<double>& values);
  /// Somebody else has changed them since.
  bool were_changed() const { return versions() != versions_; }

 private:
  std::vector<std::uint32_t> versions() const;

  std::vector<Tensor> tensors_;
  std::vector<double> before_;
  /// What was written last.
  std::vector<double> now_;
  /// Counts of in-place changes.
  std::vector<std::uint32_t> versions_;
};

/// "w[1, 2]" for element 5 of a tensor of shape [2, 3] that is called "w"; "w" at rank 0.
std::string element_name(const std::string& name, const Shape& shape, std::int64_t index);

/// The name of element `index` of all, counted through tensors of these names and shapes.
std::string element_name(const std::vector<std::string>& names, const std::vector<Shape>& shapes,
                         std::size_t index);

}  // namespace tapegrad
