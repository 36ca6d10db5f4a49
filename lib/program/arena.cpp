#include "program/arena.hpp"

#include <algorithm>
#include <utility>

namespace tapegrad {
namespace {

constexpr std::size_t line = 64;

}  // namespace

void Arena::add(Ptr<Storage> storage, std::size_t first) {
  values_.push_back({std::move(storage), first, first});
}

void Arena::uses(const Storage& storage, std::size_t step) {
  // Nearly always a young one.
  const auto found =
      std::ranges::find_if(values_.rbegin(), values_.rend(),
                           [&](const Value& value) { return value.storage.get() == &storage; });
  if (found != values_.rend()) found->last = std::max(found->last, step);
}

std::size_t Arena::room_of(const Value& value) {
  return (value.storage->bytes + line - 1) / line * line;
}

std::size_t Arena::lay_out() {
  std::vector<Value*> alive;  // by offset
  std::size_t size = 0;
  std::ranges::stable_sort(values_, {}, &Value::first);
  for (Value& value : values_) {
    std::erase_if(alive, [&](const Value* other) { return other->last < value.first; });
    std::size_t at = 0;
    auto place = alive.begin();
    for (; place != alive.end() && (*place)->offset < at + room_of(value); ++place) {
      at = (*place)->offset + room_of(**place);
    }
    value.offset = at;
    alive.insert(place, &value);
    size = std::max(size, at + room_of(value));
  }
  return size;
}

void Arena::place_in(std::byte* memory) const {
  for (const Value& value : values_) value.storage->data = memory + value.offset;
}

}  // namespace tapegrad
