#include "ops/loss/weighted_logits.hpp"

#include "ops/elementwise.hpp"
#include "ops/formulas.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// Below this e^x, softplus(x) and sigmoid(x) are one number in every type.
constexpr double far = -40;

/// weight * e^x by way of e^(x/4), which is a normal number wherever the product isn't 0.
struct ScaledExp : Binary<ScaledExp> {
  static constexpr std::string_view name = "scaled_exp";
  static constexpr bool always_floating = true;
  static constexpr bool shared = true;
  static constexpr Needs saves(Needs) { return save_inputs; }
  auto f(const auto& weight, const auto& x) const {
    const auto zero = constant(weight, 0);
    const auto root = exp(constant(x, 0.25) * x);
    return where(weight == zero, zero, weight * root * root * root * root);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[1];
    return {s.needs(0) ? apply(ScaledExp{}, g, x) : Tensor{},
            s.needs(1) ? apply(ScaledExp{}, weighted(g, s[0]), x) : Tensor{}};
  }
};

/// weight * y, where y is e^x or near to it if x is far.
auto scaled(const auto& weight, const auto& x, const auto& y) {
  return where_rare(
      x < constant(x, far), [&] { return ScaledExp{}.f(weight, x); }, weighted_of(weight, y));
}

/// weight * sigmoid(x)
Tensor weighted_sigmoid(const Tensor& weight, const Tensor& x) {
  return where(x < far, apply(ScaledExp{}, weight, x), weighted(weight, sigmoid(x)));
}

struct WeightedLogits {
  static constexpr std::string_view name = "weighted_logits";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_inputs; }

  /// Both have the logarithm; one has |x| besides.
  static auto f(const auto& no, const auto& yes, const auto& x) {
    const auto size = abs(x);
    const auto wrong = where(x >= constant(x, 0), no, yes);
    return weighted_of(wrong, size) + scaled(no + yes, -size, log1p(exp(-size)));
  }
  static auto dx(const auto& no, const auto& yes, const auto& x) {
    if constexpr (is_tensor<decltype(x)>) {
      // A masked NaN must not come to derivatives that multiply by it.
      const Tensor counted = where((x != x) * (no == 0) * (yes == 0), 0, x);
      return weighted_sigmoid(no, counted) - weighted_sigmoid(yes, -counted);
    } else {
      const auto zero = constant(x, 0);
      const auto e = exp(-abs(x));
      const auto right = x >= zero;
      const auto small = scaled(where(right, yes, no), -abs(x), e);
      const auto slope = where(right, no - small, small - yes) / (1 + e);
      return where(no == zero, where(yes == zero, zero, slope), slope);
    }
  }

  Like result(const Tensor&, const Tensor&, const Tensor& x) const { return like(x); }
  void into(const Tensor& out, const Tensor& no, const Tensor& yes, const Tensor& x) const {
    dispatch_floating(name, x.dtype(), [&]<class T>(std::type_identity<T>) {
      map_text<T, T, T, T>(Value{}, {ref(out), ref(no), ref(yes), ref(x)});
    });
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[2];
    const Tensor none = zeros_like(x);
    return {s.needs(0) ? weighted_logits(g, none, x) : Tensor{},
            s.needs(1) ? weighted_logits(none, g, x) : Tensor{},
            s.needs(2) ? pulled(ToX{}, g, s[0], s[1], x) : Tensor{}};
  }

 private:
  struct Value {
    static constexpr bool shared = true;
    auto operator()(const auto& no, const auto& yes, const auto& x) const { return f(no, yes, x); }
  };
  struct ToX {
    static constexpr bool shared = true;
    auto operator()(const auto& dl, const auto& no, const auto& yes, const auto& x) const {
      return weighted_of(dl, dx(no, yes, x));
    }
  };
};

}  // namespace

Tensor weighted_logits(const Tensor& no, const Tensor& yes, const Tensor& x) {
  return apply(WeightedLogits{}, no, yes, x);
}

}  // namespace tapegrad
