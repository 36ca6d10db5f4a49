// The largest error of every elementary function over its whole range, against long double.
//
//   accuracy [docs/accuracy.md]
//
// prints the document's table. With the document it fails where a function is worse than its limit,
// worse than the document says, or not in it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "accuracy/arguments.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

namespace {

using namespace tapegrad;
using accuracy::Pairs;
using Exact = long double;

static_assert(std::numeric_limits<Exact>::digits >= 64, "the reference must be finer than float64");

/// The units in the last place between a result and the exact value, of which a T has one at its
/// exponent, subnormal or not. Infinity counts as the first power of two that T doesn't hold. A NaN
/// on one side alone, or another sign, is infinitely wrong; a zero may stand for what is too small.
template <class T>
double error_of(T result, Exact exact) {
  using Limits = std::numeric_limits<T>;
  const double wrong = std::numeric_limits<double>::infinity();
  if (std::isnan(result) || std::isnan(exact)) {
    return std::isnan(result) && std::isnan(exact) ? 0 : wrong;
  }
  const bool underflow = result == 0 && exact != 0;
  if (std::signbit(result) != std::signbit(exact) && !underflow) return wrong;
  const Exact beyond = std::ldexp(Exact(1), Limits::max_exponent);
  const Exact a = std::min(std::abs(static_cast<Exact>(result)), beyond);
  const Exact b = std::min(std::abs(exact), beyond);
  int exponent = Limits::min_exponent;
  if (b > 0) std::frexp(b, &exponent);
  exponent = std::clamp(exponent, Limits::min_exponent, Limits::max_exponent);
  return static_cast<double>(std::ldexp(std::abs(a - b), Limits::digits - exponent));
}

struct Row {
  std::string function;
  std::string type;
  double limit;
  double worst;
  std::string at;
};

class Table {
 public:
  template <class T>
  void add(const std::string& function, double limit, const Tensor& result,
           const std::function<Exact(std::size_t)>& exact,
           const std::function<std::string(std::size_t)>& argument) {
    const std::vector<T> values = result.to_vector<T>();
    double worst = -1;
    std::size_t at = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double error = error_of(values[i], exact(i));
      if (error > worst) {
        worst = error;
        at = i;
      }
    }
    rows_.push_back({function, sizeof(T) == 4 ? "float32" : "float64", limit, worst, argument(at)});
  }

  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::vector<Row> rows_;
};

std::string text(double x) {
  std::ostringstream out;
  out.precision(17);
  out << x;
  return out.str();
}

struct Unary {
  const char* name;
  double limit;
  Tensor (*f)(const Tensor&);
  Exact (*exact)(Exact);
};

Exact exact_sigmoid(Exact x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}
Exact exact_softplus(Exact x) { return std::max(x, Exact(0)) + std::log1p(std::exp(-std::abs(x))); }

const std::vector<Unary> unary{
    {"exp", 2, exp, std::exp},
    {"log", 2, log, std::log},
    {"log1p", 2, log1p, std::log1p},
    {"sqrt", 2, sqrt, std::sqrt},
    {"tanh", 2, tanh, std::tanh},
    {"sigmoid", 2, sigmoid, exact_sigmoid},
    {"softplus", 4, softplus, exact_softplus},
};

template <class T>
void measure_unary(Table& table) {
  const std::vector<T> x = accuracy::arguments<T>();
  const Tensor tensor = Tensor::from_vector(std::vector<T>(x));
  // Half of the numbers are negative, where these two are NaN.
  const Tensor positive = abs(tensor);
  for (const Unary& u : unary) {
    const bool folded =
        u.f == static_cast<decltype(u.f)>(log) || u.f == static_cast<decltype(u.f)>(sqrt);
    const auto argument = [&](std::size_t i) { return folded ? std::abs(x[i]) : x[i]; };
    table.add<T>(
        u.name, u.limit, u.f(folded ? positive : tensor),
        [&](std::size_t i) { return u.exact(argument(i)); },
        [&](std::size_t i) { return text(argument(i)); });
  }
}

template <class T>
void measure_pow(Table& table) {
  const Pairs<T> p = accuracy::bases_and_exponents<T>();
  table.add<T>(
      "pow", 4,
      pow(Tensor::from_vector(std::vector<T>(p.first)),
          Tensor::from_vector(std::vector<T>(p.second))),
      [&](std::size_t i) { return std::pow(Exact(p.first[i]), Exact(p.second[i])); },
      [&](std::size_t i) { return text(p.first[i]) + ", " + text(p.second[i]); });
}

/// softmax and log_softmax of element i of the rows.
template <class T>
void measure_softmax(Table& table) {
  const std::vector<T> x = accuracy::rows_of_eight<T>();
  const Tensor rows = Tensor::from_vector(std::vector<T>(x)).reshape({-1, 8});
  const auto others = [&](std::size_t i) {  // the sum of exp(x[k] - x[i]) but for k = i
    Exact sum = 0;
    for (std::size_t k = i / 8 * 8; k < i / 8 * 8 + 8; ++k) {
      if (k != i) sum += std::exp(Exact(x[k]) - Exact(x[i]));
    }
    return sum;
  };
  const auto argument = [&](std::size_t i) { return text(x[i]); };
  table.add<T>(
      "softmax", 4, softmax(rows, 1), [&](std::size_t i) { return 1 / (1 + others(i)); }, argument);
  table.add<T>(
      "log_softmax", 4, log_softmax(rows, 1), [&](std::size_t i) { return -std::log1p(others(i)); },
      argument);
}

template <class T>
void measure(Table& table) {
  measure_unary<T>(table);
  measure_pow<T>(table);
  measure_softmax<T>(table);
}

std::string line_of(const Row& row) {
  char line[200];
  std::snprintf(line, sizeof line, "| %s | %s | %g | %.2f | %s |", row.function.c_str(),
                row.type.c_str(), row.limit, row.worst, row.at.c_str());
  return line;
}

/// The error that the document's line about the row states, or -1.
double stated(const std::string& path, const Row& row) {
  std::ifstream document(path);
  const std::string start = "| " + row.function + " | " + row.type + " | ";
  for (std::string line; std::getline(document, line);) {
    if (line.rfind(start, 0) != 0) continue;
    return std::stod(line.substr(line.find(" | ", start.size()) + 3));
  }
  return -1;
}

}  // namespace

int main(int count, char** arguments) {
  Table table;
  measure<float>(table);
  measure<double>(table);
  int failures = 0;
  for (const Row& row : table.rows()) {
    std::printf("%s\n", line_of(row).c_str());
    // The table rounds to two digits.
    const bool held =
        row.worst <= row.limit && (count < 2 || row.worst <= stated(arguments[1], row) + 0.005);
    if (!held) std::printf("  over its limit, or more than the document states\n");
    failures += held ? 0 : 1;
  }
  return failures == 0 ? 0 : 1;
}
