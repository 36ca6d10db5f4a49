// What a check is told beside the functions and the point: each option is a small struct that
// follows them, in any order.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace tapegrad::gradtest {

/// All options of a check with their defaults.
struct Options {
  /// How far a derivative may be off, relative to its own size, beside what the numeric one is
  /// off itself.
  double tolerance = 1e-6;
  /// Random points near x at which the derivative is checked too, along two directions each.
  int points = 3;
  std::uint64_t seed = 1;
  /// Random directions in place of single inputs; 0: each input by itself.
  int directions = 0;
  /// How many values a function writes that returns none; 0: as many as x has.
  std::size_t outputs = 0;
  /// What the function is defined on, for each input or one for all; of equal length.
  std::vector<double> lowest = {}, highest = {};
  std::vector<std::string> names = {};
  bool accept_inconclusive = false;
};

/// How far a derivative may be off, relative to its own size.
struct tolerance {
  double relative;
  explicit tolerance(double value) : relative(value) {}
  void set(Options& options) const { options.tolerance = relative; }
};

/// How many random points near x are checked beside it, and which: points(0) for x alone.
struct points {
  int count;
  std::uint64_t seed;
  explicit points(int n, std::uint64_t first = 1) : count(n), seed(first) {}
  void set(Options& options) const {
    options.points = count;
    options.seed = seed;
  }
};

/// For thousands of inputs: the derivative is checked along random directions only.
struct directions {
  int count;
  explicit directions(int n) : count(n) {}
  void set(Options& options) const { options.directions = count; }
};

/// How many values f writes, where it takes (x, result) and returns nothing.
struct outputs {
  std::size_t count;
  explicit outputs(std::size_t n) : count(n) {}
  void set(Options& options) const { options.outputs = count; }
};

/// Inputs stay in [low, high]: at its ends slopes of one side are taken. Once for all inputs, or a
/// list with one for each.
struct domain {
  std::vector<double> lowest, highest;
  domain(double low, double high) : lowest{low}, highest{high} {}
  explicit domain(const std::vector<std::pair<double, double>>& each) {
    for (const auto& [low, high] : each) {
      lowest.push_back(low);
      highest.push_back(high);
    }
  }
  void set(Options& options) const {
    options.lowest = lowest;
    options.highest = highest;
  }
};

/// What the inputs are called in reports.
struct names {
  std::vector<std::string> each;
  names(std::initializer_list<std::string> list) : each(list) {}
  explicit names(std::vector<std::string> list) : each(std::move(list)) {}
  void set(Options& options) const { options.names = each; }
};

/// A check that can't tell counts as passed.
struct accept_inconclusive {
  void set(Options& options) const { options.accept_inconclusive = true; }
};

namespace detail {

template <class... O>
Options options_of(const O&... given) {
  Options options;
  (given.set(options), ...);
  return options;
}

}  // namespace detail

}  // namespace tapegrad::gradtest
