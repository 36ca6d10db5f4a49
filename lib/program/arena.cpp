#include "program/arena.hpp"

#include <algorithm>

namespace tapegrad {
namespace {

constexpr std::size_t line = 64;

}  // namespace

std::size_t Arena::add(std::size_t bytes, std::size_t first) {
  values_.push_back({(bytes + line - 1) / line * line, first, first});
  return values_.size() - 1;
}

void Arena::uses(std::size_t value, std::size_t step) {
  values_[value].last = std::max(values_[value].last, step);
}

std::size_t Arena::lay_out() {
  std::vector<Value*> by_birth, alive;  // the latter by offset
  for (Value& value : values_) by_birth.push_back(&value);
  std::ranges::stable_sort(by_birth, {}, &Value::first);
  std::size_t size = 0;
  for (Value* value : by_birth) {
    std::erase_if(alive, [&](const Value* other) { return other->last < value->first; });
    std::size_t at = 0;
    auto place = alive.begin();
    for (; place != alive.end() && (*place)->offset < at + value->room; ++place) {
      at = (*place)->offset + (*place)->room;
    }
    value->offset = at;
    alive.insert(place, value);
    size = std::max(size, at + value->room);
  }
  return size;
}

}  // namespace tapegrad
