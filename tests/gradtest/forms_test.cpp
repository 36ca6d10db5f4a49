// The forms that functions and points may have.
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>
#include <vector>

#include "gradtest/mistakes.hpp"
#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

using Three = std::array<double, 3>;

Three curve(const Three& x) { return {x[0] * x[1], x[1] * x[2] * x[2], std::sin(x[0])}; }

std::vector<std::vector<double>> curve_jacobian(const Three& x) {
  return {{x[1], x[0], 0}, {0, x[2] * x[2], 2 * x[1] * x[2]}, {std::cos(x[0]), 0, 0}};
}

/// As Eigen keeps a matrix: column by column.
struct ColumnMajor {
  std::array<double, 9> values;
  int rows() const { return 3; }
  int cols() const { return 3; }
  double operator()(int i, int j) const { return values[static_cast<std::size_t>(i + 3 * j)]; }
  const double* data() const { return values.data(); }
  std::size_t size() const { return values.size(); }
};

Three times_row(const Three& x, const Three& v) {
  const auto j = curve_jacobian(x);
  Three result{};
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) result[b] += v[a] * j[a][b];
  }
  return result;
}

Three times_column(const Three& x, const Three& u) {
  const auto j = curve_jacobian(x);
  Three result{};
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) result[a] += u[b] * j[a][b];
  }
  return result;
}

const Three point{1, 2, 3};

}  // namespace

TEST_CASE("functions of a number", "[gradtest][forms]") {
  CHECK(gt::check([](double x) { return x * x; }, [](double x) { return 2 * x; }, 3.0));
  CHECK_FALSE(gt::check([](double x) { return x * x; }, [](double x) { return x; }, 3.0));
}

TEST_CASE("gradients may be returned or written into a span, a vector or what is like x",
          "[gradtest][forms]") {
  const Vec x{-1.2, 1, 0.5};
  CHECK(gt::check(rosenbrock, rosenbrock_gradient, x));
  CHECK(gt::check(
      rosenbrock,
      [](const Vec& v) {
        Vec g(v.size());
        rosenbrock_gradient(v, g);
        return g;
      },
      x));
  CHECK(gt::check(
      rosenbrock, [](const Vec& v, std::vector<double>& g) { rosenbrock_gradient(v, g); }, x));
  const auto norm = [](const Three& v) { return v[0] * v[0] + v[1] * v[1] + v[2] * v[2]; };
  const auto twice = [](const Three& v, Three& g) {
    for (std::size_t i = 0; i < 3; ++i) g[i] = 2 * v[i];
  };
  CHECK(gt::check(norm, twice, point));
}

TEST_CASE("Jacobians may be vectors of rows, matrices of any order, or written",
          "[gradtest][forms]") {
  CHECK(gt::check(curve, curve_jacobian, point));
  CHECK(gt::check(
      curve,
      [](const Three& x) {
        const auto rows = curve_jacobian(x);
        ColumnMajor m{};
        for (std::size_t i = 0; i < 3; ++i) {
          for (std::size_t j = 0; j < 3; ++j) m.values[i + 3 * j] = rows[i][j];
        }
        return m;
      },
      point));
  CHECK(gt::check(
      curve,
      [](const Three& x, std::span<double> out) {
        std::size_t i = 0;
        for (const auto& row : curve_jacobian(x)) {
          for (const double v : row) out[i++] = v;
        }
      },
      point));
}

TEST_CASE("products of a row with the Jacobian", "[gradtest][forms]") {
  CHECK(gt::check_vjp(curve, times_row, point));
  CHECK_FALSE(gt::check_vjp(curve, times_column, point));
}

TEST_CASE("products of the Jacobian with a column", "[gradtest][forms]") {
  CHECK(gt::check_jvp(curve, times_column, point));
  CHECK_FALSE(gt::check_jvp(curve, times_row, point));
}

TEST_CASE("Hessians, their products, and mistakes of second order alone", "[gradtest][forms]") {
  const auto f = [](View x) { return x[0] * x[0] * x[1] + std::exp(x[1]); };
  const auto g = [](View x, Out out) {
    out[0] = 2 * x[0] * x[1];
    out[1] = x[0] * x[0] + std::exp(x[1]);
  };
  const auto h = [](View x) {
    return std::vector<Vec>{{2 * x[1], 2 * x[0]}, {2 * x[0], std::exp(x[1])}};
  };
  const auto wrong = [](View x) {
    return std::vector<Vec>{{2 * x[1], 2 * x[0]}, {0, std::exp(x[1])}};
  };
  const Vec x{1.5, 0.5};
  CHECK(gt::check_hessian(f, g, h, x));
  CHECK_FALSE(gt::check_hessian(f, g, wrong, x));
  const auto hvp = [&](View at, View u) {
    const auto m = h(at);
    return Vec{m[0][0] * u[0] + m[0][1] * u[1], m[1][0] * u[0] + m[1][1] * u[1]};
  };
  CHECK(gt::check_hvp(g, hvp, x));
  const auto without_last = [&](View at, View u) {
    Vec product = hvp(at, u);
    product[1] -= std::exp(at[1]) * u[1];
    return product;
  };
  CHECK_FALSE(gt::check_hvp(g, without_last, x));
}

namespace {

double product(const double* x) { return x[0] * x[0] * x[1]; }
double product_of_two(const double (&x)[2]) { return product(x); }
void product_gradient(const double* x, double* g) {
  g[0] = 2 * x[0] * x[1];
  g[1] = x[0] * x[0];
}

/// As NLopt and LBFGS++ want it: the value is returned, the gradient written.
double value_and_gradient(const Vec& x, Vec& g) {
  product_gradient(x.data(), g.data());
  return product(x.data());
}

/// As Eigen's dynamic matrices, in rows.
struct Table {
  Vec values = {};
  int height = 0, width = 0;
  void resize(int rows, int columns) {
    height = rows;
    width = columns;
    values.assign(static_cast<std::size_t>(rows * columns), 0.0);
  }
  int rows() const { return height; }
  int cols() const { return width; }
  double& operator()(int i, int j) { return values[static_cast<std::size_t>(i * width + j)]; }
  double operator()(int i, int j) const { return values[static_cast<std::size_t>(i * width + j)]; }
};

/// As Eigen's vectors, which are matrices of one column and take no other shape.
struct ColumnVector {
  Vec values = {};
  void resize(int rows, int columns) {
    if (columns != 1) throw std::logic_error("a column has one column");
    values.assign(static_cast<std::size_t>(rows), 0.0);
  }
  int rows() const { return static_cast<int>(values.size()); }
  int cols() const { return 1; }
  std::size_t size() const { return values.size(); }
  const double* data() const { return values.data(); }
  double* data() { return values.data(); }
  double& operator()(int i, int) { return values[static_cast<std::size_t>(i)]; }
  double operator()(int i, int) const { return values[static_cast<std::size_t>(i)]; }
};
double product_of_column(const ColumnVector& x) { return product(x.data()); }
void gradient_into_column(const ColumnVector& x, ColumnVector& g) {
  product_gradient(x.data(), g.data());
}
double value_and_gradient_into_column(const ColumnVector& x, ColumnVector& g) {
  gradient_into_column(x, g);
  return product_of_column(x);
}

Vec bent(const Vec& x) { return {x[0] * x[1], x[0], std::sin(x[1])}; }
void bent_table(const Vec& x, Table& j) {
  j(0, 0) = x[1];
  j(0, 1) = x[0];
  j(1, 0) = 1;
  j(1, 1) = 0;
  j(2, 0) = 0;
  j(2, 1) = std::cos(x[1]);
}

}  // namespace

TEST_CASE("points may be plain arrays, for functions of pointers, arrays and spans",
          "[gradtest][forms]") {
  const double x[2] = {1.5, 0.5};
  CHECK(gt::check(product, product_gradient, x));
  CHECK(gt::check(product_of_two, product_gradient, x));
  CHECK(gt::check([](View v) { return product(v.data()); },
                  [](View v, Out g) { product_gradient(v.data(), g.data()); }, x));
}

TEST_CASE("functions may change their own state", "[gradtest][forms]") {
  int calls = 0;
  auto f = [calls](double x) mutable { return ++calls, x * x; };
  auto g = [calls](double x) mutable { return ++calls, 2 * x; };
  CHECK(gt::check(f, g, 3.0));
  CHECK(gt::check([calls](double x) mutable { return ++calls, x * x; },
                  [](double x) { return 2 * x; }, 3.0));
}

TEST_CASE("one function may give the value and write the gradient", "[gradtest][forms]") {
  const Vec x{1.5, 0.5};
  CHECK(gt::check(value_and_gradient, value_and_gradient, x));
  const auto wrong = [](const Vec& v, Vec& g) {
    const double y = value_and_gradient(v, g);
    g[1] *= 2;
    return y;
  };
  const gt::Report r = gt::check(wrong, wrong, x);
  INFO(r.text());
  CHECK(r.wrong == 1);
}

TEST_CASE("Jacobians may be written into matrices and rows of any type", "[gradtest][forms]") {
  const Vec x{1.5, 0.5};
  CHECK(gt::check(bent, bent_table, x));
  const auto rows = [](const Vec& v, std::vector<Vec>& j) {
    j = {{v[1], v[0]}, {1, 0}, {0, std::cos(v[1])}};
  };
  CHECK(gt::check(bent, rows, x));
  const auto forgets = [](const Vec& v, Table& j) {
    const double kept = j(1, 1);
    bent_table(v, j);
    j(1, 1) = kept;
  };
  const gt::Report r = gt::check(bent, forgets, x);
  INFO(r.text());
  CHECK(r.verdict == gt::Verdict::wrong);
}

TEST_CASE("a gradient is written into a vector that is a matrix of one column",
          "[gradtest][forms]") {
  ColumnVector x;
  x.values = {3, 2};
  CHECK(gt::check(product_of_column, gradient_into_column, x));
  CHECK(gt::check(value_and_gradient_into_column, value_and_gradient_into_column, x));
  const auto twice = [](const ColumnVector& at, ColumnVector& g) {
    gradient_into_column(at, g);
    g(0, 0) *= 2;
  };
  CHECK(gt::check(product_of_column, twice, x).verdict == gt::Verdict::wrong);
}
