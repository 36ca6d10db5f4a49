// How many evaluations of a function of one value a check may take: 4,000 for a hundred inputs,
// 1,000 along eight directions. Of many outputs some are always hard to measure.
#pragma once

#include <cstddef>

#include "tapegrad/gradtest/options.hpp"
#include "tapegrad/gradtest/places.hpp"

namespace tapegrad::gradtest::detail {

class Budget {
 public:
  Budget(const Problem& problem, const Options& options, const Places& places,
         const std::size_t& evaluations)
      : problem_(problem), options_(options), places_(places), evaluations_(evaluations) {}

  /// Nothing is measured beyond; what is asked besides, for randomness and at points nearby, is
  /// left.
  std::size_t end() const { return places_.outputs > 1 ? endless : whole() - 24; }

  /// Points near x, and directions beyond half of them, need less than that.
  bool is_spent() const { return evaluations_ > most(); }
  /// All but the first point need some more to be left.
  bool is_nearly_spent() const { return evaluations_ > most() / 8 * 7; }
  /// All inputs would take more than are meant for a gradient of so many.
  bool is_dear(std::size_t done) const {
    return evaluations_ > most() / 3 * 2 && problem_.x.size() - done >= 8;
  }

 private:
  static constexpr std::size_t endless = static_cast<std::size_t>(-1);

  static std::size_t at_least(std::size_t least, std::size_t n) { return n < least ? least : n; }
  std::size_t directions() const { return static_cast<std::size_t>(options_.directions); }

  std::size_t whole() const {
    return directions() > 0 ? 125 * at_least(8, directions())
                            : 40 * at_least(100, problem_.x.size());
  }
  std::size_t most() const {
    if (places_.outputs > 1) return endless;
    return directions() > 0 ? 80 * directions() : 36 * at_least(100, problem_.x.size());
  }

  const Problem& problem_;
  const Options& options_;
  const Places& places_;
  const std::size_t& evaluations_;
};

}  // namespace tapegrad::gradtest::detail
