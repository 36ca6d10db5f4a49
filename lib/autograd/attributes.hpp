// What an operation was told besides its inputs, as names and texts: for lists and pictures.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tapegrad/graph.hpp"

namespace tapegrad {

/// An operation with attributes has
///   void attributes(AttributeList& list) const { list("dim", dim); }
class AttributeList {
 public:
  void operator()(std::string_view name, bool value);
  void operator()(std::string_view name, double value);
  void operator()(std::string_view name, Scalar value);
  void operator()(std::string_view name, DType value);
  void operator()(std::string_view name, const Dims& value);
  void operator()(std::string_view name, const std::vector<std::int64_t>& value);
  void operator()(std::string_view name, std::string_view value);
  void operator()(std::string_view name, const char* value) {
    (*this)(name, std::string_view(value));
  }
  template <std::integral T>
  void operator()(std::string_view name, T value) {
    (*this)(name, Scalar(static_cast<std::int64_t>(value)));
  }

  std::vector<Attribute> taken() && { return std::move(list_); }
  /// Of a number that was made of a size that isn't known yet; null if there is none.
  const Attribute* of_unknown() const { return of_unknown_ ? &list_[*of_unknown_] : nullptr; }

 private:
  void look_at(bool unknown) {
    if (unknown && !of_unknown_) of_unknown_ = list_.size();
  }

  std::optional<std::size_t> of_unknown_;
  std::vector<Attribute> list_;
};

}  // namespace tapegrad
