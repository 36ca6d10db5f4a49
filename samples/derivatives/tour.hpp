// The stops of the derivatives tour, and the book that is kept of every comparison on the way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tapegrad/tensor.hpp>

/// Prints comparisons and remembers the worst of them.
class Comparisons {
 public:
  /// Differences are taken relative to the larger of 1 and the exact value.
  void compare(std::string_view name, double exact, double found, std::string_view how);
  void compare(std::string_view name, const tapegrad::Tensor& exact, const tapegrad::Tensor& found,
               std::string_view how);
  double largest_difference() const { return largest_; }

 private:
  void note(double difference);

  double largest_ = 0;
};

/// The slope of f(a) = 4a and f(a) = a^2: steps of shrinking width, then the exact derivative.
void slopes(Comparisons& comparisons);

/// J = 3(a + bc) as a graph of three operations, derived link by link.
void chain_rule(Comparisons& comparisons);

/// The logistic loss of one example with two features: its derivatives, and one step downhill.
void logistic_loss(Comparisons& comparisons);

/// propagate(w, b, X, Y) on many examples at once, beside backward().
void vectorised(Comparisons& comparisons, std::int64_t examples, std::int64_t features);

/// What the tape recorded, as text and as Graphviz DOT; DOT goes to the file if one is named.
void tape(const std::string& dot_file);
