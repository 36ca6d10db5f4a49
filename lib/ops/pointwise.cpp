#include "tapegrad/ops/pointwise.hpp"

#include "ops/elementwise.hpp"
#include "ops/formulas.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {

using namespace kernels;  // the words for scalars and batches stand beside those for tensors

namespace {

struct Exp : Unary<Exp> {
  static constexpr std::string_view name = "exp";
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return exp(x); }
  auto df(const auto&, const auto& y) const { return y; }
};

struct Log : Unary<Log> {
  static constexpr std::string_view name = "log";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return log(x); }
  auto df(const auto& x, const auto&) const { return 1 / x; }
};

struct Log1p : Unary<Log1p> {
  static constexpr std::string_view name = "log1p";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return log1p(x); }
  auto df(const auto& x, const auto&) const { return 1 / (1 + x); }
};

struct Sqrt : Unary<Sqrt> {
  static constexpr std::string_view name = "sqrt";
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return sqrt(x); }
  auto df(const auto&, const auto& y) const { return 0.5 / y; }
};

struct Square : Unary<Square> {
  static constexpr std::string_view name = "square";
  static constexpr bool wraps = true;
  static constexpr Needs keeps = save_inputs;
  static constexpr bool keeps_integers = true;
  auto f(const auto& x) const { return x * x; }
  auto df(const auto& x, const auto&) const { return 2 * x; }
};

struct Sign : Unary<Sign> {
  static constexpr std::string_view name = "sign";
  static constexpr Needs keeps = save_nothing;
  static constexpr bool keeps_integers = true;
  auto f(const auto& x) const {
    using X = std::remove_cvref_t<decltype(x)>;
    if constexpr (std::unsigned_integral<X>) {
      return x > 0;
    } else if constexpr (std::integral<X>) {
      return (x > 0) - (x < 0);
    } else {
      return sign_of(x);
    }
  }
  Grads vjp(const Saved&, const Tensor& g) const { return {zeros_like(g)}; }
};

struct Abs : Unary<Abs> {
  static constexpr std::string_view name = "abs";
  static constexpr Needs keeps = save_inputs;
  static constexpr bool keeps_integers = true;
  auto f(const auto& x) const { return abs(x); }
  auto pull(const auto& g, const auto& x, const auto&) const { return by_sign(g, x); }
};

// The derivatives of sigmoid and tanh: operations of x and y = f(x), because what has digits where
// y is near 1 isn't what has a derivative with digits there. All of the gradient flows to x.

template <class X, class T = std::remove_cvref_t<X>>
constexpr bool is_float = std::same_as<T, float> || std::same_as<T, Batch<float>>;

struct SigmoidSlope : Binary<SigmoidSlope> {
  static constexpr std::string_view name = "sigmoid_slope";
  static constexpr bool always_floating = true;
  static constexpr Needs saves(Needs) { return save_input(0) | save_output; }
  static constexpr double saturated = 0.85;
  /// y (1 - y), in which 1 - y is y e^-x.
  auto f(const auto& x, const auto& y) const {
    return where_rare(
        y > constant(y, saturated), [&] { return y * y * exp(-x); }, y * (1 - y));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {-(g * (s.output() * tanh(0.5 * s[0]))), Tensor{}};
  }
};

struct TanhSlope : Binary<TanhSlope> {
  static constexpr std::string_view name = "tanh_slope";
  static constexpr bool always_floating = true;
  static constexpr Needs saves(Needs) { return save_input(1) | save_output; }
  /// (1 + |y|) (1 - |y|), in which 1 - |y| is (1 + |y|) e^-2|x|.
  auto f(const auto& x, const auto& y) const {
    const auto size = abs(y);
    const auto more = 1 + size;
    // In float64 tanh has twice as much error.
    constexpr double saturated = is_float<decltype(y)> ? 0.85 : 0.625;
    return where_rare(
        size > constant(y, saturated), [&] { return more * more * exp(-2 * abs(x)); },
        more * (1 - size));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {-2 * (g * (s.output() * s[1])), Tensor{}};
  }
};

/// Slope of numbers, or applied to tensors.
template <class Slope>
auto slope_of(const auto& x, const auto& y) {
  if constexpr (is_tensor<decltype(x)>) {
    return apply(Slope{}, x, y);
  } else {
    return Slope{}.f(x, y);
  }
}

struct Sigmoid : Unary<Sigmoid> {
  static constexpr std::string_view name = "sigmoid";
  static constexpr Needs keeps = save_inputs | save_output;
  auto f(const auto& x) const { return sigmoid_of(x); }
  auto df(const auto& x, const auto& y) const { return slope_of<SigmoidSlope>(x, y); }
};

struct Tanh : Unary<Tanh> {
  static constexpr std::string_view name = "tanh";
  static constexpr Needs keeps = save_inputs | save_output;
  auto f(const auto& x) const { return tanh(x); }
  auto df(const auto& x, const auto& y) const { return slope_of<TanhSlope>(x, y); }
};

struct Softplus : Unary<Softplus> {
  static constexpr std::string_view name = "softplus";
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return maximum(x, constant(x, 0)) + log1p(exp(-abs(x))); }
  auto df(const auto& x, const auto&) const { return sigmoid_of(x); }
};

struct Relu : Unary<Relu> {
  static constexpr std::string_view name = "relu";
  static constexpr Needs keeps = save_output;
  static constexpr bool keeps_integers = true;
  auto f(const auto& x) const { return where(x <= constant(x, 0), constant(x, 0), x); }
  auto pull(const auto& g, const auto&, const auto& y) const {
    return where(y <= constant(y, 0), constant(g, 0), g);
  }
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

struct Neg {
  static constexpr std::string_view name = "neg";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_nothing; }
  Like result(const Tensor& x) const { return like(x); }
  void into(const Tensor& y, const Tensor& x) const {
    dispatch(x.dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (!std::is_same_v<T, bool>) {
        using C = Unsigned<T>;  // the least integer stays
        map<C, C>([](const auto& v) { return -v; }, {ref(y), ref(x)});
      }
    });
  }
  Grads vjp(const Saved&, const Tensor& g) const { return {-g}; }
};

constexpr double no_limit = std::numeric_limits<double>::infinity();

/// A limit beyond the values of the type is none on its own side. On the other one every result
/// would be that number, which doesn't fit.
void check_limits(std::string_view operation, DType dtype, Scalar low, Scalar high) {
  dispatch(dtype, [&]<class T>(std::type_identity<T>) {
    if (low.to<double>() > 0 && low.to<double>() < no_limit) low.to<T>(operation);
    if (high.to<double>() < 0 && high.to<double>() > -no_limit) high.to<T>(operation);
  });
}

/// A limit as a number that the type holds: its last or an infinite one for those beyond.
Scalar fitted(DType dtype, Scalar value) {
  return dispatch(dtype, [&]<class T>(std::type_identity<T>) -> Scalar {
    using Limits = std::numeric_limits<T>;
    if (value.fits<T>()) return value;
    const bool low = value.to<double>() < 0;
    if constexpr (std::is_floating_point_v<T>) return low ? -no_limit : no_limit;
    return low ? Limits::min() : Limits::max();
  });
}

Tensor clamped(std::string_view operation, const Tensor& x, DType dtype, Scalar low, Scalar high) {
  check_limits(operation, dtype, low, high);
  return apply(Clamp(fitted(dtype, low), fitted(dtype, high)), x.to(dtype));
}

}  // namespace

Tensor exp(const Tensor& x) { return apply(Exp{}, x); }
Tensor log(const Tensor& x) { return apply(Log{}, x); }
Tensor log1p(const Tensor& x) { return apply(Log1p{}, x); }
Tensor sqrt(const Tensor& x) { return apply(Sqrt{}, x); }
Tensor square(const Tensor& x) {
  check_defined("square", x);
  return apply(Square{}, x.dtype() == boolean ? x.to(int64) : x);
}
Tensor abs(const Tensor& x) { return apply(Abs{}, x); }
Tensor sign(const Tensor& x) { return apply(Sign{}, x); }
Tensor sigmoid(const Tensor& x) { return apply(Sigmoid{}, x); }
Tensor tanh(const Tensor& x) { return apply(Tanh{}, x); }
Tensor relu(const Tensor& x) { return apply(Relu{}, x); }
Tensor softplus(const Tensor& x) { return apply(Softplus{}, x); }

Tensor clamp(const Tensor& x, Scalar low, Scalar high) {
  check_defined("clamp", x, low, high);
  // Fractional limits make integers floating, as any other fractional number beside them.
  return clamped("clamp", x, promote(promote(x.dtype(), low), high), low, high);
}

Tensor clamp_min(const Tensor& x, Scalar low) {
  check_defined("clamp_min", x, low);
  return clamped("clamp_min", x, promote(x.dtype(), low), low, no_limit);
}

Tensor clamp_max(const Tensor& x, Scalar high) {
  check_defined("clamp_max", x, high);
  return clamped("clamp_max", x, promote(x.dtype(), high), -no_limit, high);
}

Tensor operator-(const Tensor& x) {
  check_defined("neg", x);
  check<DTypeError>(x.dtype() != boolean,
                    "neg: a boolean tensor of shape {}; compare with == false", x.shape());
  return apply(Neg{}, x);
}

Tensor neg(const Tensor& x) { return -x; }

}  // namespace tapegrad
