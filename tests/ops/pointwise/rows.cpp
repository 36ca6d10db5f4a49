#include "ops/pointwise/rows.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <string>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad::test {
namespace {

void refuse_shapes(BinaryFunction f) { f(zeros({2}), zeros({3})); }

/// More than a few batches of every width, and a tail.
constexpr std::int64_t count = 301;

/// The worst of all elements.
void check_worst(std::string_view name, DType dtype, double units, const Tensor& y,
                 const std::vector<long double>& exact, const std::vector<std::string>& at) {
  const std::vector<double> values = y.to_vector<double>();
  std::size_t worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const long double off = units_between(values[i], exact[i], dtype);
    if (!(off <= units_between(values[worst], exact[worst], dtype))) worst = i;
  }
  INFO(std::setprecision(17) << name << " of " << at[worst] << ", " << name_of(dtype) << ": "
                             << values[worst] << ", not " << exact[worst]);
  CHECK(y.dtype() == dtype);
  CHECK(static_cast<double>(units_between(values[worst], exact[worst], dtype)) <= units);
}

void check_each(const Values& v, const Tensor& x, const Tensor& y) {
  std::vector<long double> exact;
  std::vector<std::string> at;
  for (const double number : x.detach().to_vector<double>()) {
    exact.push_back(v.exact(number));
    at.push_back(std::to_string(number));
  }
  check_worst(v.name, x.dtype(), v.units, y.detach(), exact, at);
}

}  // namespace

OpRow row(std::string_view name, Function f, double low, double high) {
  return {.name = name,
          .f = [f](const Tensors& x) { return f(x[0]); },
          .inputs = {{{2, 3}, low, high}},
          .empty_inputs = {{0, 3}},
          .empty_result = {0, 3},
          .refuses = {{"undefined", [f] { f(Tensor()); }}}};
}

std::vector<OpRow> row(std::string_view name, BinaryFunction f, double low, double high,
                       bool differentiable) {
  const auto call = [f](const Tensors& x) { return f(x[0], x[1]); };
  OpRow equal{.name = name,
              .f = call,
              .inputs = {{{2, 3}, low, high}, {{2, 3}, low, high}},
              .empty_inputs = {{0, 3}, {0, 3}},
              .empty_result = {0, 3},
              .refuses = {{": shapes don't broadcast: [2] and [3] have sizes 2 and 3 in dim -1; "
                           "sizes must be equal or 1",
                           [f] { refuse_shapes(f); }}},
              .differentiable = differentiable};
  OpRow both_ways{.name = name,
                  .f = call,
                  .inputs = {{{3, 1}, low, high}, {{2, 1, 4}, low, high}},
                  .empty_inputs = {{3, 1}, {0}},
                  .empty_result = {3, 0},
                  .differentiable = differentiable};
  return {equal, both_ways};
}

long double units_between(double value, long double exact, DType dtype) {
  if (std::isnan(value) && std::isnan(exact)) return 0;
  if (value == exact) return 0;
  int exponent = 0;
  std::frexp(exact, &exponent);
  const int digits = dtype == float32 ? 24 : 53;
  const int least = dtype == float32 ? -125 : -1021;
  return std::abs(value - exact) / std::ldexp(1.0L, std::max(exponent, least) - digits);
}

void check_values(const std::vector<Values>& functions) {
  for (const Values& v : functions) {
    for (const DType dtype : {float32, float64}) {
      const Tensor x = spread({count}, v.low, v.high).to(dtype);
      check_each(v, x, v.f(x));
    }
  }
}

void check_slopes(const std::vector<Values>& functions) {
  for (const Values& v : functions) {
    for (const DType dtype : {float32, float64}) {
      const Tensor x = spread({count}, v.low, v.high).to(dtype).requires_grad_();
      for (const bool recorded : {false, true}) {
        check_each(v, x, grad({sum(v.f(x))}, {x}, {.create_graph = recorded})[0]);
      }
    }
  }
}

Tensor derivative(Function f, const Tensor& x, int order) {
  const Tensor at = x.detach().clone().requires_grad_();
  Tensor y = f(at);
  for (int k = 0; k < order; ++k) {
    if (!y.requires_grad()) return zeros_like(x);
    y = grad({sum(y)}, {at}, {.create_graph = true})[0];
  }
  return y.detach();
}

void check_table(std::string_view name, const std::function<Tensor(const Tensor&)>& f,
                 const Table& table, double units) {
  std::vector<double> x;
  std::vector<long double> exact;
  std::vector<std::string> at;
  for (const auto& [number, value] : table) {
    x.push_back(number);
    exact.push_back(value);
    at.push_back(std::to_string(number));
  }
  const Tensor wide = Tensor::from_vector(std::move(x));
  check_worst(name, float64, units, f(wide), exact, at);
  const Tensor narrow = wide.to(float32);
  std::vector<long double> rounded;
  for (const double value : f(narrow.to(float64)).to_vector<double>()) rounded.push_back(value);
  check_worst(name, float32, units, f(narrow), rounded, at);
}

void check_values(const std::vector<BinaryValues>& functions) {
  for (const BinaryValues& v : functions) {
    for (const DType dtype : {float32, float64}) {
      const Tensor a = spread({count}, v.low, v.high).to(dtype);
      const Tensor b = spread({count}, v.low, v.high, 1).to(dtype);
      const std::vector<double> first = a.to_vector<double>();
      const std::vector<double> second = b.to_vector<double>();
      std::vector<long double> exact;
      std::vector<std::string> at;
      for (std::size_t i = 0; i < first.size(); ++i) {
        exact.push_back(v.exact(first[i], second[i]));
        at.push_back(std::to_string(first[i]) + " and " + std::to_string(second[i]));
      }
      check_worst(v.name, dtype, v.units, v.f(a, b), exact, at);
    }
  }
}

}  // namespace tapegrad::test
