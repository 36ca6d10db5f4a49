#include "core/unknown.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/check.hpp"

namespace tapegrad {
namespace {

/// A size as times * stand_in(dim) + more.
struct Made {
  std::size_t dim;
  std::int64_t times;
  std::int64_t more;
};

/// How far from a multiple of its stand-in what was made of a size may be: a batch is joined with
/// many rows, and further sizes with few.
constexpr std::array<std::int64_t, max_rank> most_more{1'000'000, 10'000, 16, 16, 16, 16, 16, 16};

std::optional<Made> made_of(std::int64_t size) {
  const unsigned dims = unknown_dims.load(std::memory_order_relaxed);
  const auto is_used = [&](std::size_t d) { return (dims >> d & 1) != 0; };
  for (std::size_t d = 0; d < stand_ins.size(); ++d) {
    if (is_used(d) && size > 0 && size % stand_ins[d] == 0) return Made{d, size / stand_ins[d], 0};
  }
  for (std::size_t d = 0; d < stand_ins.size(); ++d) {
    if (!is_used(d)) continue;
    const std::int64_t times = (size + most_more[d]) / stand_ins[d];
    const std::int64_t more = size - times * stand_ins[d];
    if (times > 0 && more <= most_more[d]) return Made{d, times, more};
  }
  return std::nullopt;
}

/// Of a small multiple, and no more than a few away: other numbers are as large as sizes, too.
bool is_near_unknown(std::int64_t size) {
  constexpr std::int64_t most_times = 4096;
  constexpr std::int64_t few = 16;
  const std::optional<Made> made = made_of(size);
  return made && made->times <= most_times && std::abs(made->more) <= few;
}

/// A whole number of parts of a multiple, as well as it can be told after rounding.
bool is_part_of_unknown(double size, double rounding) {
  if (!(size < 1e17)) return false;
  constexpr int most_parts = 10;
  for (int parts = 1; parts <= most_parts; ++parts) {
    const double whole = size * parts;
    const double nearest = std::nearbyint(whole);
    if (std::abs(whole - nearest) > rounding * whole) continue;
    if (is_near_unknown(static_cast<std::int64_t>(nearest))) return true;
  }
  return false;
}

}  // namespace

constinit thread_local int graphs_here = 0;
std::atomic<unsigned> unknown_dims = 0;

std::optional<std::int64_t> KnownSizes::learn(std::size_t dim, std::int64_t size) {
  std::optional<std::int64_t>& known = sizes_[dim];
  if (!known) known = size;
  return *known == size ? std::nullopt : known;
}

std::int64_t KnownSizes::operator()(std::int64_t size) const {
  const std::optional<Made> made = made_of(size);
  if (!made) return size;
  const std::optional<std::int64_t>& known = sizes_[made->dim];
  check<ShapeError>(known.has_value(),
                    "session: an operation was told an unknown size of dimension {}, and nothing "
                    "that is fed has such a dimension",
                    made->dim);
  return *known * (*this)(made->times) + made->more;
}

bool is_unknown(std::int64_t size) { return made_of(size).has_value(); }

bool has_unknown(const Shape& shape) {
  return std::ranges::any_of(shape, [](std::int64_t size) { return is_unknown(size); });
}

// What formulas make of a count: a quotient, a root, a logarithm, and 1 - 1 / n or n / (n - 1).
bool comes_of_unknown(double number) {
  const double x = std::abs(number);
  const bool is_float = static_cast<double>(static_cast<float>(x)) == x;
  const double rounding = is_float ? 0x1p-22 : 1e-12;
  for (const double size : {x, 1 / x, x * x, 1 / (x * x), std::exp(x)}) {
    if (is_part_of_unknown(size, rounding)) return true;
  }
  // The difference from 1 has lost as many digits as the size has.
  return is_part_of_unknown(1 / std::abs(1 - x), 1);
}

}  // namespace tapegrad
