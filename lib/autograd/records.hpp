// What both kinds of lists, the tape and traces, do with names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/scope.hpp"

namespace tapegrad {

/// "scope/name"; the name alone for null.
std::string name_within(const Scope* scope, std::string_view name);

/// The names of a list, each once: "sub", "sub_1", "sub_2".
class UniqueNames {
 public:
  /// `name`, numbered if it is taken.
  std::string take(const std::string& name);

 private:
  std::unordered_map<std::string, std::size_t> taken_;
};

}  // namespace tapegrad
