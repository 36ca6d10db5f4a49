// Where values that live from one step to another lie in one piece of memory: each at the lowest
// place that is free as long as it lives, the largest first.
#pragma once

#include <cstddef>
#include <vector>

namespace tapegrad {

class Arena {
 public:
  /// A value that step `first` is the first to write; gives its number.
  std::size_t add(std::size_t bytes, std::size_t first);
  void uses(std::size_t value, std::size_t step);
  /// Finds the places; gives the size of all together.
  std::size_t lay_out();
  std::size_t offset(std::size_t value) const { return values_[value].offset; }

 private:
  struct Value {
    std::size_t room;
    std::size_t first;
    std::size_t last;
    std::size_t offset = 0;
  };

  std::vector<Value> values_;
};

}  // namespace tapegrad
