#include "tapegrad/ops/pointwise/bounds.hpp"

#include <limits>

#include "core/speaking.hpp"
#include "ops/beside.hpp"
#include "ops/formulas.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// The gradient to the first of two numbers, one of which was chosen: half where they are equal,
/// and NaN beats every number. `wins` tells whether the first does among numbers.
auto share_of(const auto& g, const auto& first, const auto& second, const auto& wins) {
  const auto zero = constant(g, 0);
  const auto half = 0.5 * g;
  const auto without_equal = where(first == first, zero, where(second == second, g, half));
  const auto others = where(first == second, half, without_equal);
  return where(wins(first, second), g, others);
}

DType meeting(const Tensor& a, const Tensor& b) { return result_type(a, b); }
DType meeting(const Tensor& a, Scalar b) { return promote(a.dtype(), b); }

/// Which::wins(a, b) says which number is chosen.
template <class Which>
struct Extremum : Binary<Which> {
  static constexpr bool commutes = true;
  static constexpr Needs saves(Needs) { return save_inputs; }
  Grads grads(const auto& s, const Tensor& g) const {
    const auto share = [](const auto& dy, const auto& first, const auto& second) {
      return share_of(dy, first, second,
                      [](const auto& a, const auto& b) { return Which::wins(a, b); });
    };
    // Compared in the type in which they met.
    const DType met = meeting(s.first(), s.second());
    const auto a = as(met, s.first());
    const auto b = as(met, s.second());
    return {s.needs(0) ? pulled(share, g, a, b) : Tensor{},
            s.needs(1) ? pulled(share, g, b, a) : Tensor{}};
  }
};

struct Maximum : Extremum<Maximum> {
  static constexpr std::string_view name = "maximum";
  static auto wins(const auto& a, const auto& b) { return a > b; }
  auto f(const auto& a, const auto& b) const { return maximum(a, b); }
};

struct Minimum : Extremum<Minimum> {
  static constexpr std::string_view name = "minimum";
  static auto wins(const auto& a, const auto& b) { return a < b; }
  auto f(const auto& a, const auto& b) const { return minimum(a, b); }
};

struct Clamp : Unary<Clamp> {
  static constexpr std::string_view name = "clamp";
  static constexpr Needs keeps = save_inputs;
  static constexpr bool keeps_integers = true;
  Scalar low;
  Scalar high;

  Clamp(Scalar from, Scalar to) : low(from), high(to) {}
  void attributes(AttributeList& list) const {
    list("low", low);
    list("high", high);
  }
  auto f(const auto& x) const { return minimum(maximum(x, limit(x, low)), limit(x, high)); }
  auto pull(const auto& g, const auto& x, const auto&) const {
    const auto zero = constant(g, 0);
    return where(x < limit(x, low), zero, where(x > limit(x, high), zero, g));
  }

 private:
  /// `value`, which fits x's type.
  static auto limit(const auto& x, Scalar value) {
    using T = std::remove_cvref_t<decltype(x)>;
    if constexpr (std::is_same_v<T, Tensor>) {
      return value;
    } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      return value.to<T>();
    } else {
      return constant(x, value.to<double>());
    }
  }
};

constexpr double no_limit = std::numeric_limits<double>::infinity();

/// A limit beyond the values of the type is none on its own side. On the other one every result
/// would be that number, which doesn't fit.
void check_limits(std::string_view operation, DType dtype, Scalar low, Scalar high) {
  dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) {
    if (low.to<double>() > 0 && low.to<double>() < no_limit) low.to<T>(operation);
    if (high.to<double>() < 0 && high.to<double>() > -no_limit) high.to<T>(operation);
  });
}

/// A limit as a number that the type holds: its last or an infinite one for those beyond.
Scalar fitted(DType dtype, Scalar value) {
  return dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) -> Scalar {
    using Limits = std::numeric_limits<T>;
    if (value.fits<T>()) return value;
    const bool low = value.to<double>() < 0;
    if constexpr (!std::is_integral_v<T>) return low ? -no_limit : no_limit;
    return low ? Limits::min() : Limits::max();
  });
}

Tensor clamped(std::string_view operation, const Tensor& x, DType dtype, Scalar low, Scalar high) {
  check_limits(operation, dtype, low, high);
  return apply(Clamp(fitted(dtype, low), fitted(dtype, high)), x.to(dtype));
}

/// Limits that are tensors. A limit of NaN isn't equal to itself.
Tensor from_below(const Tensor& x, const Tensor& low) {
  return where((x < low) | ((low != low) & (x == x)), low, x);
}
Tensor from_above(const Tensor& x, const Tensor& high) {
  return where((x > high) | ((high != high) & (x == x)), high, x);
}

}  // namespace

Tensor maximum(const Tensor& a, const Tensor& b) { return apply(Maximum{}, a, b); }
Tensor maximum(const Tensor& a, Scalar b) { return apply_beside<Maximum>(a, b); }
Tensor maximum(Scalar a, const Tensor& b) { return apply_beside<Maximum>(a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return apply(Minimum{}, a, b); }
Tensor minimum(const Tensor& a, Scalar b) { return apply_beside<Minimum>(a, b); }
Tensor minimum(Scalar a, const Tensor& b) { return apply_beside<Minimum>(a, b); }

Tensor clamp(const Tensor& x, Scalar low, Scalar high) {
  check_defined("clamp", x, low, high);
  // Fractional limits make integers floating, as any other fractional number beside them.
  return clamped("clamp", x, promote(promote(x.dtype(), low), high), low, high);
}

Tensor clip(const Tensor& x, Scalar low, Scalar high) {
  check_defined("clip", x, low, high);
  return clamped("clip", x, promote(promote(x.dtype(), low), high), low, high);
}

Tensor clip(const Tensor& x, Scalar low) {
  check_defined("clip", x, low);
  return clamped("clip", x, promote(x.dtype(), low), low, no_limit);
}

Tensor clamp(const Tensor& x, Scalar low) {
  check_defined("clamp", x, low);
  return clamped("clamp", x, promote(x.dtype(), low), low, no_limit);
}

Tensor clamp_min(const Tensor& x, Scalar low) {
  check_defined("clamp_min", x, low);
  return clamped("clamp_min", x, promote(x.dtype(), low), low, no_limit);
}

Tensor clamp_max(const Tensor& x, Scalar high) {
  check_defined("clamp_max", x, high);
  return clamped("clamp_max", x, promote(x.dtype(), high), -no_limit, high);
}

Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high) {
  check_defined("clamp", x, low, high);
  return speaking_as("clamp", [&] { return from_above(from_below(x, low), high); });
}

Tensor clip(const Tensor& x, const Tensor& low, const Tensor& high) {
  check_defined("clip", x, low, high);
  return speaking_as("clip", [&] { return from_above(from_below(x, low), high); });
}

Tensor clamp_min(const Tensor& x, const Tensor& low) {
  check_defined("clamp_min", x, low);
  return speaking_as("clamp_min", [&] { return from_below(x, low); });
}

Tensor clamp_max(const Tensor& x, const Tensor& high) {
  check_defined("clamp_max", x, high);
  return speaking_as("clamp_max", [&] { return from_above(x, high); });
}

}  // namespace tapegrad
