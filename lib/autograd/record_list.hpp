// A list of operations under names that are unique in it, as programs and graphs give it.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/graph.hpp"

namespace tapegrad {

class RecordList {
 public:
  /// No source gets one of the reserved names.
  explicit RecordList(const std::vector<std::string>& reserved = {})
      : names_(reserved.begin(), reserved.end()) {}

  /// `name`, numbered from its second use on.
  std::string unique(const std::string& name);
  /// A tensor that no operation of the list has made. Gives its place.
  std::size_t add_source(const Tensor& x, const std::string& name, std::string_view operation);
  /// One record for each result, in this order, or one that is empty for an operation without any;
  /// name, operation, inputs and attributes are those of `like`. Sizes that aren't known are -1.
  void add(const TapeRecord& like, const std::vector<Tensor>& results);

  std::size_t size() const { return list_.size(); }
  std::vector<TapeRecord> taken() && { return std::move(list_); }

 private:
  std::set<std::string> names_;
  std::vector<TapeRecord> list_;
};

}  // namespace tapegrad
