// Where values that live from one step to another lie in one piece of memory: each at the lowest
// place that is free as long as it lives.
#pragma once

#include <cstddef>
#include <vector>

#include "core/storage.hpp"

namespace tapegrad {

class Arena {
 public:
  /// A storage without memory, written first by step `first`.
  void add(Ptr<Storage> storage, std::size_t first);
  void uses(const Storage& storage, std::size_t step);
  /// Finds the places; gives the size of all together.
  std::size_t lay_out();
  void place_in(std::byte* memory) const;

 private:
  struct Value {
    Ptr<Storage> storage;
    std::size_t first;
    std::size_t last;
    std::size_t offset = 0;
  };
  static std::size_t room_of(const Value& value);

  std::vector<Value> values_;
};

}  // namespace tapegrad
