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

struct Tanh : Unary<Tanh> {
  static constexpr std::string_view name = "tanh";
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return tanh(x); }
  auto df(const auto&, const auto& y) const { return 1 - y * y; }
};

struct Sigmoid : Unary<Sigmoid> {
  static constexpr std::string_view name = "sigmoid";
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return sigmoid_of(x); }
  auto df(const auto&, const auto& y) const { return y * (1 - y); }
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
  double low;
  double high;

  Clamp(double from, double to) : low(from), high(to) {}
  auto f(const auto& x) const { return minimum(maximum(x, constant(x, low)), constant(x, high)); }
  auto pull(const auto& g, const auto& x, const auto&) const {
    const auto zero = constant(g, 0);
    return where(x < constant(x, low), zero, where(x > constant(x, high), zero, g));
  }
};

struct Neg {
  static constexpr std::string_view name = "neg";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Tensor forward(const Tensor& x) const {
    Tensor y = make_tensor(x.dtype(), x.shape());
    dispatch(x.dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (!std::is_same_v<T, bool>) {
        map<T, T>([](const auto& v) { return -v; }, {ref(y), ref(x)});
      }
    });
    return y;
  }
  Grads vjp(const Saved&, const Tensor& g) const { return {-g}; }
};

}  // namespace

Tensor exp(const Tensor& x) { return apply(Exp{}, x); }
Tensor log(const Tensor& x) { return apply(Log{}, x); }
Tensor log1p(const Tensor& x) { return apply(Log1p{}, x); }
Tensor sqrt(const Tensor& x) { return apply(Sqrt{}, x); }
Tensor square(const Tensor& x) { return apply(Square{}, x); }
Tensor abs(const Tensor& x) { return apply(Abs{}, x); }
Tensor sign(const Tensor& x) { return apply(Sign{}, x); }
Tensor sigmoid(const Tensor& x) { return apply(Sigmoid{}, x); }
Tensor tanh(const Tensor& x) { return apply(Tanh{}, x); }
Tensor relu(const Tensor& x) { return apply(Relu{}, x); }
Tensor softplus(const Tensor& x) { return apply(Softplus{}, x); }

Tensor clamp(const Tensor& x, Scalar low, Scalar high) {
  // Fractional limits make integers floating, as any other fractional number beside them.
  const DType dtype = promote(promote(x.dtype(), low), high);
  return apply(Clamp(low.to<double>(), high.to<double>()), x.to(dtype));
}

Tensor clamp_min(const Tensor& x, Scalar low) {
  return apply(Clamp(low.to<double>(), std::numeric_limits<double>::infinity()),
               x.to(promote(x.dtype(), low)));
}

Tensor clamp_max(const Tensor& x, Scalar high) {
  return apply(Clamp(-std::numeric_limits<double>::infinity(), high.to<double>()),
               x.to(promote(x.dtype(), high)));
}

Tensor operator-(const Tensor& x) {
  check<DTypeError>(x.dtype() != boolean,
                    "neg: a boolean tensor of shape {}; compare with == false", x.shape());
  return apply(Neg{}, x);
}

Tensor neg(const Tensor& x) { return -x; }

}  // namespace tapegrad
