// What waits for the records that a reverse pass will come to. It belongs to the pass, so that
// passes of several threads, and passes within passes, may go over the same records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/node.hpp"

namespace tapegrad {

struct Arrival {
  Ptr<Node> node;
  /// The sum of what has arrived.
  Tensor gradient;
  /// In a pass that is limited to some inputs: it was met, is one of them, leads to one of them.
  bool met = false;
  bool is_input = false;
  bool leads = false;

  bool wanted() const { return is_input || leads; }
};

/// A hash table by creation number. Multiplication with the golden ratio spreads numbers that
/// follow one another, so that hardly two records compete for a place.
/// Source: Knuth, "The Art of Computer Programming", volume 3, section 6.4.
class Arrivals {
 public:
  /// The entry of `node`; null without one. Valid until the next at() or take().
  Arrival* find(const Node& node) {
    if (places_.empty()) return nullptr;
    Arrival& place = places_[place_of(node)];
    return place.node ? &place : nullptr;
  }
  /// The entry of `node`, or a new one whose node the caller sets.
  Arrival& at(const Node& node) {
    if (2 * count_ >= places_.size()) [[unlikely]]
      grow();
    Arrival& place = places_[place_of(node)];
    if (!place.node) {
      ++count_;
      place.met = place.is_input = place.leads = false;
    }
    return place;
  }
  /// Moves the entry of `node` out.
  Arrival take(const Node& node) {
    const std::size_t place = place_of(node);
    Arrival found(std::move(places_[place]));
    --count_;
    if (places_[next(place)].node) [[unlikely]]
      close_gap(place);
    return found;
  }
  /// Keeps its memory for the next pass, unless that is much.
  void clear() noexcept;

 private:
  std::size_t home_of(const Node& node) const {
    return static_cast<std::size_t>((node.number * 0x9e3779b97f4a7c15u) >> shift_);
  }
  std::size_t next(std::size_t place) const { return (place + 1) & (places_.size() - 1); }
  /// Where `node` is or would be.
  std::size_t place_of(const Node& node) const {
    std::size_t place = home_of(node);
    while (places_[place].node && places_[place].node.get() != &node) place = next(place);
    return place;
  }
  void close_gap(std::size_t gap);
  void grow();

  std::vector<Arrival> places_;
  std::size_t count_ = 0;
  int shift_ = 0;
};

}  // namespace tapegrad
