// What is checked, as plain arrays: n inputs, m outputs. Adapters make it from functions of
// whatever has data() and size(), or of plain numbers.
#pragma once

#include <cfloat>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace tapegrad::gradtest {

/// Elements in a row: vectors, arrays, spans, and the arrays of Eigen and xtensor.
template <class T>
concept Numbers = requires(const T& x) {
  { *x.data() } -> std::convertible_to<double>;
  { x.size() } -> std::convertible_to<std::size_t>;
};

/// The functions under test, as the checks see them.
class Problem {
 public:
  using Values = std::vector<double>;

  Problem() = default;
  Problem(const Problem&) = delete;
  Problem& operator=(const Problem&) = delete;
  virtual ~Problem() = default;

  /// f at a point, a value for each output; empty where it threw.
  virtual Values value(const Values& at) = 0;
  /// The derivative at a point, row by row, one row for each output; empty where it threw.
  /// `filled` is what the user's function finds in a result that it writes into.
  virtual Values derivative(const Values& at, double filled) = 0;
  /// Of products with a vector: the derivative at x for the opposite of that; empty elsewhere.
  virtual Values opposite() { return {}; }
  /// What input or output i is called; where empty, "x[2]" and "f[1]".
  virtual std::string input_name(std::size_t) const { return {}; }
  virtual std::string output_name(std::size_t) const { return {}; }

  Values x = {};
  /// The derivative's function changed an x that it only should have read.
  bool changed_x = false;
  /// The outputs are the slopes of one function by the inputs, the derivative is its Hessian.
  bool second_order = false;
  /// How exactly values and derivatives are computed, relative to their size.
  double precision = DBL_EPSILON;
};

namespace detail {

using Values = Problem::Values;

template <class T>
concept Matrix = requires(const T& m) {
  { m(0, 0) } -> std::convertible_to<double>;
  m.rows();
  m.cols();
};

template <class T>
concept Rows = requires(const T& m) {
  requires Numbers<std::remove_cvref_t<decltype(*m.begin())>>;
};

/// Row by row, whatever the order in memory.
template <class T>
Values flat(const T& from) {
  if constexpr (std::is_arithmetic_v<T>) {
    return Values(1, static_cast<double>(from));
  } else if constexpr (Matrix<T>) {
    Values to(static_cast<std::size_t>(from.rows()) * static_cast<std::size_t>(from.cols()), 0.0);
    double* next = to.data();
    for (decltype(from.rows()) i = 0; i < from.rows(); ++i) {
      for (decltype(from.cols()) j = 0; j < from.cols(); ++j) {
        *next++ = static_cast<double>(from(i, j));
      }
    }
    return to;
  } else if constexpr (Rows<T>) {
    Values to;
    for (const auto& row : from) {
      const Values values = flat(row);
      to.insert(to.end(), values.begin(), values.end());
    }
    return to;
  } else {
    static_assert(Numbers<T>, "gradtest: not a number, and without data() and size()");
    Values to(static_cast<std::size_t>(from.size()), 0.0);
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<double>(from.data()[i]);
    return to;
  }
}

/// Gives x other elements, in the order of flat().
template <class X>
void assign(X& x, const Values& values) {
  if constexpr (std::is_arithmetic_v<X>) {
    x = static_cast<X>(values[0]);
  } else if constexpr (Matrix<X>) {
    std::size_t next = 0;
    for (decltype(x.rows()) i = 0; i < x.rows(); ++i) {
      for (decltype(x.cols()) j = 0; j < x.cols(); ++j) {
        using T = std::remove_cvref_t<decltype(x(i, j))>;
        x(i, j) = static_cast<T>(values[next++]);
      }
    }
  } else {
    auto* to = x.data();
    using T = std::remove_reference_t<decltype(*to)>;
    for (std::size_t i = 0; i < values.size(); ++i) to[i] = static_cast<T>(values[i]);
  }
}

template <class X>
struct ElementOf {
  using type = std::remove_cvref_t<decltype(*std::declval<X&>().data())>;
};
template <class X>
requires std::is_arithmetic_v<X>
struct ElementOf<X> {
  using type = X;
};

/// Runs what may throw. False if it did; without exceptions it can't.
template <class F>
bool succeeds(F&& f) {
#if defined(__cpp_exceptions)
  try {
    f();
    return true;
  } catch (...) {
    return false;
  }
#else
  f();
  return true;
#endif
}

inline bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
inline bool same(const Values& a, const Values& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return false;
  }
  return true;
}

}  // namespace detail
}  // namespace tapegrad::gradtest
