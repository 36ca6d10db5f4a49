// Sizes that aren't known until a graph is fed: while it is built, a number that nothing else has
// stands for each of them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "tapegrad/shape.hpp"

namespace tapegrad {

/// For an unknown size of each dimension. Primes that lie apart, so that what was made of a size
/// can be told from the number: twice it, one less, the product of two. The first, of batches, is
/// larger than all but the largest real sizes.
inline constexpr std::array<std::int64_t, max_rank> stand_ins{179424673, 1299709, 47123, 47903,
                                                              48619,     49391,   50131, 50891};
/// The dimensions of which some placeholder's size was unknown, a bit for each.
extern std::atomic<unsigned> unknown_dims;

/// Whether this thread builds graphs, so that such numbers mean unknown sizes.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local int graphs_here;

/// What unknown sizes are in a run.
class KnownSizes {
 public:
  /// An unknown size of this dimension is `size` in one of the feeds. Gives what it is in another,
  /// if that differs.
  std::optional<std::int64_t> learn(std::size_t dim, std::int64_t size);
  /// A size from when the graph was built, as it is now. Throws ShapeError where that isn't known.
  std::int64_t operator()(std::int64_t size) const;

 private:
  std::array<std::optional<std::int64_t>, max_rank> sizes_;
};

/// Whether it is an unknown size, or was made of one in a way that a run can repeat.
bool is_unknown(std::int64_t size);
bool has_unknown(const Shape& shape);
/// Whether a number seems to come of an unknown size in a usual way: a half of it, one divided by
/// it, its root or logarithm, n / (n - 1).
bool comes_of_unknown(double number);

}  // namespace tapegrad
