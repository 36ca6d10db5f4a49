#include "program/arena.hpp"

#include <algorithm>

namespace tapegrad {
namespace {

constexpr std::size_t line = 64;
constexpr std::size_t most_compared = 8192;

}  // namespace

std::size_t Arena::add(std::size_t bytes, std::size_t first) {
  values_.push_back({(bytes + line - 1) / line * line, first, first});
  return values_.size() - 1;
}

void Arena::uses(std::size_t value, std::size_t step) {
  values_[value].last = std::max(values_[value].last, step);
}

// The largest first: what is small fits between. So many values that comparing all pairs takes long
// are placed as they are born, each beside those that live then.
std::size_t Arena::lay_out() {
  const bool by_birth = values_.size() > most_compared;
  std::vector<Value*> order, placed;  // the latter by offset
  for (Value& value : values_) order.push_back(&value);
  std::ranges::stable_sort(order, [&](const Value* a, const Value* b) {
    return by_birth ? a->first < b->first : a->room > b->room;
  });
  std::size_t size = 0;
  for (Value* value : order) {
    if (by_birth) std::erase_if(placed, [&](const Value* one) { return one->last < value->first; });
    std::size_t at = 0;
    for (auto one = placed.begin(); one != placed.end(); ++one) {
      if ((*one)->last < value->first || value->last < (*one)->first) continue;
      if ((*one)->offset >= at + value->room) break;
      at = std::max(at, (*one)->offset + (*one)->room);
    }
    value->offset = at;
    placed.insert(std::ranges::upper_bound(placed, at, {}, &Value::offset), value);
    size = std::max(size, at + value->room);
  }
  return size;
}

}  // namespace tapegrad
