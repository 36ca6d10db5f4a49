#include "tapegrad/ops/pointwise/close.hpp"

#include "core/check.hpp"
#include "core/speaking.hpp"
#include "ops/broadcast.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  check_defined("isclose", a, b);
  check<Error>(rtol >= 0 && atol >= 0, "isclose: rtol {} and atol {}; neither can be negative",
               rtol, atol);
  broadcast_for("isclose", a.shape(), b.shape());
  // As float64, in which differences of integers and of unlike types have their digits.
  const Tensor x = a.detach().to(float64);
  const Tensor y = b.detach().to(float64);
  const Tensor distance = abs(x - y);
  Tensor close = (x == y) | (isfinite(distance) & (distance <= atol + rtol * abs(y)));
  if (equal_nan) close = close | (isnan(x) & isnan(y));
  return close;
}

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  check_defined("allclose", a, b);
  return speaking_as("allclose",
                     [&] { return all(isclose(a, b, rtol, atol, equal_nan)).item<bool>(); });
}

bool equal(const Tensor& a, const Tensor& b) {
  check_defined("equal", a, b);
  return a.shape() == b.shape() && all(a == b).item<bool>();
}

}  // namespace tapegrad
