#include "tapegrad/ops/linalg/matrix_function.hpp"

#include <cmath>
#include <limits>

#include "examples.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;
using test::OpRow;
using test::Tensors;
using Doubles = std::vector<double>;
using Ints = std::vector<std::int64_t>;

namespace {

OpRow exp_row(const Shape& shape, double factor, const Shape& empty, const Shape& empty_result) {
  return {.name = "matrix_exp",
          .f = [factor](const Tensors& x) { return test::mixed(matrix_exp(x[0] * factor)); },
          .inputs = {{shape}},
          .empty_inputs = {empty},
          .empty_result = empty_result,
          .float32_tolerance = 1e-5,
          .no_third_order = "how the derivative is rounded depends on the incoming gradient"};
}

OpRow power_row(std::string_view recorded, std::int64_t n) {
  return {.name = recorded,
          .f = [n](const Tensors& x) { return matrix_power(test::shifted(x[0], 3), n); },
          .inputs = {{{2, 3, 3}, -1, 1}},
          .empty_inputs = {{0, 3, 3}},
          .empty_result = {0, 3, 3},
          .float32_tolerance = 1e-5};
}

/// exp(x) by its series in long double, for a matrix of moderate size.
Tensor series(const Tensor& x) {
  const Doubles values = x.to_vector<double>();
  const auto n = static_cast<std::size_t>(x.size(0));
  std::vector<long double> term(n * n, 0), total(n * n, 0);
  for (std::size_t i = 0; i < n; ++i) term[i * n + i] = total[i * n + i] = 1;
  for (int k = 1; k < 120; ++k) {
    std::vector<long double> next(n * n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t l = 0; l < n; ++l) next[i * n + j] += term[i * n + l] * values[l * n + j];
        next[i * n + j] /= k;
      }
    }
    term = next;
    for (std::size_t i = 0; i < n * n; ++i) total[i] += term[i];
  }
  return Tensor::from_vector(Doubles(total.begin(), total.end()), x.shape());
}

}  // namespace

TEST_CASE("powers and exponentials of matrices have their derivatives", "[ops][table]") {
  OpRow first = exp_row({2, 3, 3}, 0.5, {0, 3, 3}, {0, 1, 1});
  first.refuses = {
      {"matrix_exp: needs square matrices: shape [2, 3]",
       [] {
         matrix_exp(zeros({2, 3}));
       }},
      {"matrix_exp: needs a floating-point tensor, got int64", [] { matrix_exp(tensor({{1}})); }},
      {"matrix_power: needs square matrices: shape [3]", [] { matrix_power(zeros({3}), 2); }},
      {"matrix_power: power -1 of int64; convert it with to(float32)",
       [] { matrix_power(tensor({{1}}), -1); }},
      {"matrix_power: boolean tensors",
       [] {
         matrix_power(ones({1, 1}, boolean), 2);
       }},
      {"matrix_power: the matrix is singular",
       [] {
         matrix_power(zeros({2, 2}), -2);
       }},
  };
  test::check_rows({
      first,
      exp_row({2, 2}, 0.01, {0, 0}, {1, 1}),
      exp_row({2, 2}, 3, {2, 0, 0}, {2, 1, 1}),
      power_row("matmul", 3),
      power_row("inv", -2),
  });
}

TEST_CASE("the exponential of a rotation's generator is the rotation", "[ops][linalg]") {
  for (const double angle : {1e-3, 0.1, 0.9, 2.0, 5.0, 40.0, 1000.0}) {
    const Tensor x = test::exact({{0.0, -angle}, {angle, 0.0}});
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    CAPTURE(angle);
    CHECK(test::difference(matrix_exp(x), test::exact({{c, -s}, {s, c}}), 0, 1e-15 * (angle + 4)) ==
          "");
    CHECK(test::difference(matrix_exp(x.to(float32)), test::exact({{c, -s}, {s, c}}).to(float32), 0,
                           2e-7 * (angle + 4)) == "");
  }
}

TEST_CASE("the exponential of a matrix is its series", "[ops][linalg]") {
  for (const double size : {0.01, 0.2, 1.0, 4.0, 10.0}) {
    const Tensor x = test::spread({3, 3}, -size, size);
    const Tensor y = series(x);
    CAPTURE(size);
    CHECK(test::difference(matrix_exp(x), y, 0,
                           1e-15 * (size + 10) * abs(y).max().item<double>()) == "");
  }
  const Tensor nilpotent = test::exact({{0.0, 1.0, 2.0}, {0.0, 0.0, 3.0}, {0.0, 0.0, 0.0}});
  CHECK(test::difference(matrix_exp(nilpotent),
                         test::exact({{1.0, 1.0, 3.5}, {0.0, 1.0, 3.0}, {0.0, 0.0, 1.0}}), 1e-15,
                         0) == "");
  CHECK(test::difference(matrix_exp(zeros({2, 2, 2})), eye(2).expand({2, 2, 2}), 0, 0) == "");
  CHECK(matrix_exp(full({2, 2}, HUGE_VAL)).isnan().all().item<bool>());
}

TEST_CASE("matrices of one batch don't change each other's exponentials", "[ops][linalg]") {
  const Tensor x = test::spread({2, 2}, -1, 1);
  CHECK(test::difference(matrix_exp(stack({x, x * 100}))[0], matrix_exp(x), 0, 0) == "");
}

TEST_CASE("powers of matrices are repeated products", "[ops][linalg]") {
  const Tensor fibonacci = tensor({{1, 1}, {1, 0}});
  CHECK(matrix_power(fibonacci, 50).to_vector<std::int64_t>() ==
        Ints{20365011074, 12586269025, 12586269025, 7778742049});
  CHECK(matrix_power(fibonacci, 1).to_vector<std::int64_t>() == Ints{1, 1, 1, 0});
  CHECK(matrix_power(fibonacci, 0).to_vector<std::int64_t>() == Ints{1, 0, 0, 1});
  CHECK_FALSE(matrix_power(fibonacci, 1).shares_storage_with(fibonacci));
  const Tensor x = test::shifted(test::spread({2, 3, 3}, -1, 1), 3);
  const Tensor one = expand_as(test::identity(3), x);
  CHECK(test::difference(matmul(matrix_power(x, -3), matrix_power(x, 3)), one, 0, 1e-14) == "");
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  CHECK(test::difference(matrix_power(one, least), one, 0, 0) == "");
}
