#include "tapegrad/ops/linalg/matrix_function.hpp"

#include <cmath>

#include "autograd/apply.hpp"
#include "ops/linalg/matrices.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg/inverse.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/linalg/solve.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

/// An approximation of exp() by a quotient of polynomials of this degree, and up to which 1-norm it
/// is exact to rounding.
struct Pade {
  int degree;
  double limit;
};
// Higham (2005), table 2.3 for float64, and the section on single precision.
constexpr Pade in_float64[] = {{3, 1.495585217958292e-2},
                               {5, 2.539398330063230e-1},
                               {7, 9.504178996162932e-1},
                               {9, 2.097847961257068e0},
                               {13, 5.371920351148152e0}};
constexpr Pade in_float32[] = {
    {3, 4.258730016922831e-1}, {5, 1.880152677804762e0}, {7, 3.925724783138660e0}};

/// exp(x) for a small x: p(x) / p(-x), with even and odd powers apart.
Tensor quotient(const Tensor& x, int degree) {
  double factor = 1;
  int j = 0;
  const auto next_factor = [&] {
    factor *= static_cast<double>(degree - j) / ((2.0 * degree - j) * (j + 1));
    ++j;
    return factor;
  };
  const Tensor one = eye(x.size(0), {.dtype = x.dtype()});
  const Tensor squared = matmul(x, x);
  Tensor even = one;
  Tensor odd = one * next_factor();
  Tensor power = squared;
  while (true) {
    even = even + power * next_factor();
    odd = odd + power * next_factor();
    if (j == degree) break;
    power = matmul(power, squared);
  }
  const Tensor whole = matmul(x, odd);
  return solve(even - whole, even + whole);
}

/// Of one matrix.
Tensor exp_of(const Tensor& x) {
  const double norm = x.numel() > 0 ? max(sum(abs(x), 0)).item<double>() : 0;
  if (!std::isfinite(norm)) return full_like(x, std::nan(""));
  const std::span<const Pade> all =
      x.dtype() == float32 ? std::span<const Pade>(in_float32) : std::span<const Pade>(in_float64);
  for (const Pade& pade : all) {
    if (norm <= pade.limit) return quotient(x, pade.degree);
  }
  int squarings = 0;
  std::frexp(norm / all.back().limit, &squarings);
  Tensor y = quotient(x * std::ldexp(1.0, -squarings), all.back().degree);
  for (int i = 0; i < squarings; ++i) y = matmul(y, y);
  return y;
}

/// The largest magnitude in each matrix, and 1 where that is 0: a constant.
Tensor size_of_elements(const Tensor& x) {
  if (x.numel() == 0) return ones({}, x.dtype());
  const Tensor most = amax(abs(x.detach()), {-2, -1}, keepdim);
  return where(most > 0, most, 1);
}

struct MatrixExp {
  static constexpr std::string_view name = "matrix_exp";
  static constexpr Needs saves(Needs) { return save_input(0); }
  Like result(const Tensor& x) const { return like(x); }
  void into(const Tensor& out, const Tensor& x) const {
    const std::int64_t n = x.size(-1);
    if (x.numel() == 0) return;
    std::vector<Tensor> all;
    for (const Tensor& matrix : unbind(x.reshape({x.numel() / (n * n), n, n}))) {
      all.push_back(exp_of(matrix));
    }
    Tensor(out).copy_(stack(all).reshape(x.shape()));
  }
  /// Linear in g, which is brought to a moderate size: the block's exponential takes the more
  /// squarings the larger it is. Source: Higham (2008), "Functions of matrices", theorem 3.6.
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor t = s[0].mT();
    const std::int64_t n = t.size(-1);
    const Tensor nothing = zeros({}, {.dtype = t.dtype()}).expand(t.shape());
    const Tensor size = size_of_elements(g);
    const Tensor block = cat({cat({t, g / size}, -1), cat({nothing, t}, -1)}, -2);
    return {apply(MatrixExp{}, block).narrow(-2, 0, n).narrow(-1, n, n) * size};
  }
};

}  // namespace

Tensor matrix_exp(const Tensor& x) {
  check_floating("matrix_exp", x);
  check_square("matrix_exp", x);
  return apply(MatrixExp{}, x);
}

Tensor matrix_power(const Tensor& x, std::int64_t n) {
  check_defined("matrix_power", x, n);
  check_square("matrix_power", x);
  check_multiplied("matrix_power", x, x);
  check<DTypeError>(n >= 0 || is_floating(x.dtype()),
                    "matrix_power: power {} of {}; convert it with to(float32)", n, x.dtype());
  if (n == 0) return eye(x.size(-1), {.dtype = x.dtype()}).expand(x.shape()).clone();
  Tensor power = n < 0 ? in_own_words("matrix_power", [&] { return inv(x); }) : x;
  std::uint64_t left = n < 0 ? -static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
  Tensor y;
  while (true) {
    if (left % 2 == 1) y = y.defined() ? matmul(y, power) : power;
    left /= 2;
    if (left == 0) return n == 1 ? y.clone() : y;
    power = matmul(power, power);
  }
}

}  // namespace tapegrad
