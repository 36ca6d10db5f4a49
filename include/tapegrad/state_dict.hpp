// Tensors by name, in order: what a module or an optimizer holds, and what a checkpoint keeps.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// A list of named tensors in which every name occurs once: for (const auto& [name, tensor] : s).
class StateDict {
 public:
  StateDict() = default;
  StateDict(std::initializer_list<NamedTensor> entries);

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::vector<NamedTensor>::const_iterator begin() const { return entries_.begin(); }
  std::vector<NamedTensor>::const_iterator end() const { return entries_.end(); }

  /// Adds at the end. Throws Error for a name that is there already or an undefined tensor.
  void insert(std::string name, Tensor tensor);
  /// Null if there is no such name.
  const Tensor* find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Throws IndexError if there is no such name.
  const Tensor& operator[](std::string_view name) const;
  const Tensor& at(std::string_view name) const { return (*this)[name]; }

  /// Copies of all tensors: what training does afterwards leaves them alone.
  StateDict clone() const;

 private:
  std::vector<NamedTensor> entries_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace tapegrad
