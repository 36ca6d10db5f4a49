#include "tapegrad/ops/pointwise/special.hpp"

#include <limits>
#include <numbers>

#include "ops/beside.hpp"
#include "ops/formulas.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

constexpr double two_by_root_pi = 2 * std::numbers::inv_sqrtpi;

struct Gauss : Unary<Gauss> {
  static constexpr std::string_view name = "gauss";
  static constexpr Needs keeps = save_inputs | save_output;
  auto f(const auto& x) const { return gauss_of(x); }
  auto df(const auto& x, const auto& y) const { return -2 * (x * y); }
};

struct Erf : Unary<Erf> {
  static constexpr std::string_view name = "erf";
  static constexpr bool shared = true;
  static constexpr bool shared_slope = true;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return erf(x); }
  auto df(const auto& x, const auto&) const { return constant(x, two_by_root_pi) * gauss_of(x); }
};

struct Erfc : Unary<Erfc> {
  static constexpr std::string_view name = "erfc";
  static constexpr bool shared = true;
  static constexpr bool shared_slope = true;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return erfc(x); }
  auto df(const auto& x, const auto&) const { return constant(x, -two_by_root_pi) * gauss_of(x); }
};

struct Erfinv : Unary<Erfinv> {
  static constexpr std::string_view name = "erfinv";
  static constexpr bool vector = false;
  static constexpr bool shared_slope = true;
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return erfinv(x); }
  auto df(const auto&, const auto& y) const {
    return constant(y, 1 / two_by_root_pi) / gauss_of(y);
  }
};

struct Lgamma : Unary<Lgamma> {
  static constexpr std::string_view name = "lgamma";
  static constexpr bool vector = false;
  static constexpr bool vector_slope = false;
  static constexpr Needs keeps = save_inputs;
  auto f(const auto& x) const { return lgamma(x); }
  auto df(const auto& x, const auto&) const { return digamma(x); }
};

struct Polygamma : Unary<Polygamma> {
  static constexpr std::string_view name = "polygamma";
  static constexpr bool vector = false;
  static constexpr bool vector_slope = false;
  static constexpr Needs keeps = save_inputs;
  std::int64_t n;
  explicit Polygamma(std::int64_t order) : n(order) {}
  void attributes(AttributeList& list) const { list("n", n); }
  auto f(const auto& x) const { return polygamma(n, x); }
  auto df(const auto& x, const auto&) const { return polygamma(next(), x); }
  /// Orders that large give 0 or infinities, whose sign goes by whether they are odd.
  std::int64_t next() const { return n < std::numeric_limits<std::int64_t>::max() ? n + 1 : n - 1; }
};

struct Xlogy : Binary<Xlogy> {
  static constexpr std::string_view name = "xlogy";
  static constexpr bool always_floating = true;
  static constexpr bool vector = false;
  static constexpr Needs saves(Needs) { return save_inputs; }
  auto f(const auto& a, const auto& b) const {
    return a == constant(a, 0) && b == b ? constant(a, 0) : a * log(b);
  }
  Grads grads(const auto& s, const Tensor& g) const {
    const auto to_a = scalar_text([](const auto& dy, const auto& a, const auto& b) {
      const auto zero = constant(b, 0);
      const auto flat = (a == zero) * (b <= zero);
      return where(flat, zero, dy) * log(where(flat, constant(b, 1), b));
    });
    const auto to_b = scalar_text([](const auto& dy, const auto& a, const auto& b) {
      const auto zero = constant(b, 0);
      const auto flat = (a == zero) * (b <= zero);
      return where(flat, zero, dy) * (a / where(flat, constant(b, 1), b));
    });
    return {s.needs(0) ? pulled(to_a, g, s.first(), s.second()) : Tensor{},
            s.needs(1) ? pulled(to_b, g, s.first(), s.second()) : Tensor{}};
  }
};

}  // namespace

Tensor gauss(const Tensor& x) { return apply(Gauss{}, x); }
Tensor erf(const Tensor& x) { return apply(Erf{}, x); }
Tensor erfc(const Tensor& x) { return apply(Erfc{}, x); }
Tensor erfinv(const Tensor& x) { return apply(Erfinv{}, x); }
Tensor lgamma(const Tensor& x) { return apply(Lgamma{}, x); }
Tensor digamma(const Tensor& x) {
  check_defined("digamma", x);
  return apply(Polygamma(0), x);
}
Tensor polygamma(std::int64_t n, const Tensor& x) {
  check_defined("polygamma", n, x);
  check<Error>(n >= 0, "polygamma: the order is {}, but must not be negative", n);
  return apply(Polygamma(n), x);
}
Tensor xlogy(const Tensor& a, const Tensor& b) { return apply(Xlogy{}, a, b); }
Tensor xlogy(const Tensor& a, Scalar b) { return apply_beside<Xlogy>(a, b); }
Tensor xlogy(Scalar a, const Tensor& b) { return apply_beside<Xlogy>(a, b); }

}  // namespace tapegrad
