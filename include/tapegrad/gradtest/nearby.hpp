// Random directions, and points near one.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "tapegrad/gradtest/ladder.hpp"
#include "tapegrad/gradtest/options.hpp"
#include "tapegrad/gradtest/problem.hpp"
#include "tapegrad/gradtest/random.hpp"

namespace tapegrad::gradtest::detail {

/// A random part of `size` with so few bits that steps of powers of two along it, from a number of
/// this size on, lead to numbers that can be represented.
inline double random_step(Random& random, double size) {
  const double part = std::round(64 * random.next());
  return (part == 0 ? 64 : part) * 0x1p-6 * power_of_two(size);
}

/// What input i is limited to: the last of a list that is too short.
inline double limit_of(const std::vector<double>& limits, std::size_t i) {
  return limits[i < limits.size() ? i : limits.size() - 1];
}

/// How far inputs are moved: their own size, or that of the others for a 0.
inline double size_at(const Values& x, std::size_t i) {
  if (x[i] != 0) return std::fabs(x[i]);
  double largest = 0;
  for (const double v : x) largest = std::fmax(largest, std::fabs(v));
  return largest > 0 ? std::fmin(largest, 1.0) : 1;
}

/// Turns a direction so that it leads from x into the domain.
inline void turn_inside(Values& direction, const Values& x, const Options& options) {
  if (options.lowest.empty()) return;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool up = x[i] <= limit_of(options.lowest, i);
    const bool down = x[i] >= limit_of(options.highest, i);
    if (up || down) direction[i] = (up ? 1 : -1) * std::fabs(direction[i]);
  }
}

/// Some input is a thousand times larger than another: along a direction as large as x the small
/// ones are lost.
inline bool far_apart(const Values& x) {
  double least = INFINITY, most = 0;
  for (const double v : x) {
    if (v == 0) continue;
    least = std::fmin(least, std::fabs(v));
    most = std::fmax(most, std::fabs(v));
  }
  return most > 0x1p+10 * least;
}

/// The largest size in group k of inputs, from one on, of which none is a thousand times larger
/// than another; 0 if there are fewer groups. A direction that moves all would lose small inputs
/// beside large ones, and the last bits of those are steps too coarse for the small ones.
inline double largest_of_group(const Values& x, int k, std::size_t from) {
  double below = INFINITY, largest = 0;
  for (int group = 0; group <= k; ++group) {
    largest = 0;
    for (std::size_t i = from; i < x.size(); ++i) {
      const double size = size_at(x, i);
      if (size < below) largest = std::fmax(largest, size);
    }
    below = largest * 0x1p-10;
  }
  return largest;
}

/// A random direction as large as x that moves the inputs of the group with this largest size; of
/// all if it is infinite.
inline Values random_direction(const Values& x, double largest, Random& random,
                               std::size_t from = 0) {
  Values direction(x.size(), 0.0);
  for (std::size_t i = from; i < x.size(); ++i) {
    const double size = size_at(x, i);
    const bool moves = size <= largest && size >= largest * 0x1p-10;
    if (moves || std::isinf(largest)) direction[i] = random_step(random, size);
  }
  return direction;
}

/// A point near x, within the domain.
inline Values near(const Values& x, const Options& options, Random& random) {
  Values moved = x;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    moved[i] += 0.1 * random.next() * size_at(x, i);
    if (options.lowest.empty()) continue;
    const bool inside =
        moved[i] > limit_of(options.lowest, i) && moved[i] < limit_of(options.highest, i);
    if (!inside) moved[i] = x[i];
  }
  return moved;
}

}  // namespace tapegrad::gradtest::detail
