// Which of a file's arrays are wanted.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "io/input.hpp"
#include "tapegrad/state_dict.hpp"

namespace tapegrad::io {

class Choice {
 public:
  /// All of them where `only` is empty.
  explicit Choice(const std::vector<std::string>& only) : only_(only.begin(), only.end()) {}

  bool takes(const std::string& name) const { return only_.empty() || only_.contains(name); }

  /// Throws IoError for a name of the choice that isn't among `found`.
  void check_found(const Input& input, const StateDict& found) const {
    for (const std::string& name : only_) {
      check<IoError>(found.contains(name), "{}: nothing is called {}: {}", input.operation,
                     shown(name), input.name);
    }
  }

 private:
  std::set<std::string> only_;
};

}  // namespace tapegrad::io
