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

/// A function of one number, and where it is asked.
enum class Over { all, positive };
struct Unary {
  const char* name;
  double limit;
  Tensor (*f)(const Tensor&);
  Exact (*exact)(Exact);
  Over over = Over::all;
  /// One of so many arguments.
  std::size_t each = 1;
};

Exact exact_sigmoid(Exact x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}
Exact exact_silu(Exact x) { return x < -11000 ? Exact(-0.0) : x * exact_sigmoid(x); }
Exact exact_rsqrt(Exact x) { return 1 / std::sqrt(x); }
Exact exact_reciprocal(Exact x) { return 1 / x; }
Exact exact_softplus(Exact x) { return std::max(x, Exact(0)) + std::log1p(std::exp(-std::abs(x))); }
Exact exact_logsigmoid(Exact x) { return -exact_softplus(-x); }

const std::vector<Unary> unary{
    {"exp", 2, exp, std::exp},
    {"log", 2, log, std::log, Over::positive},
    {"log1p", 2, log1p, std::log1p},
    {"sqrt", 2, sqrt, std::sqrt, Over::positive},
    {"tanh", 2, tanh, std::tanh},
    {"sigmoid", 2, sigmoid, exact_sigmoid},
    {"softplus", 4, softplus, exact_softplus},
    // Many of these are the C library's, number by number; the references take as long.
    {"expm1", 2, expm1, std::expm1, Over::all, 5},
    {"exp2", 2, exp2, std::exp2, Over::all, 5},
    {"log2", 2, log2, std::log2, Over::positive, 5},
    {"log10", 2, log10, std::log10, Over::positive, 5},
    {"rsqrt", 2, rsqrt, exact_rsqrt, Over::positive, 5},
    {"reciprocal", 2, reciprocal, exact_reciprocal, Over::all, 5},
    {"sin", 2, sin, std::sin, Over::all, 5},
    {"cos", 2, cos, std::cos, Over::all, 5},
    {"tan", 2, tan, std::tan, Over::all, 5},
    {"asin", 2, asin, std::asin, Over::all, 5},
    {"acos", 2, acos, std::acos, Over::all, 5},
    {"atan", 2, atan, std::atan, Over::all, 5},
    {"sinh", 2, sinh, std::sinh, Over::all, 5},
    {"cosh", 2, cosh, std::cosh, Over::all, 5},
    {"asinh", 2, asinh, std::asinh, Over::all, 5},
    {"acosh", 2, acosh, std::acosh, Over::positive, 5},
    {"atanh", 2, atanh, std::atanh, Over::all, 5},
    {"erf", 2, erf, std::erf, Over::all, 5},
    {"erfc", 4, erfc, std::erfc, Over::all, 5},
    {"lgamma", 4, lgamma, std::lgamma, Over::positive, 5},
    {"silu", 400, silu, exact_silu, Over::all, 5},
    {"logsigmoid", 4, logsigmoid, exact_logsigmoid, Over::all, 5},
};

struct Binary {
  const char* name;
  double limit;
  Tensor (*f)(const Tensor&, const Tensor&);
  Exact (*exact)(Exact, Exact);
};

const std::vector<Binary> binary{
    {"hypot", 2, hypot, std::hypot},
    {"atan2", 2, atan2, std::atan2},
};

template <class T>
void measure_unary(Table& table) {
  const std::vector<T> x = accuracy::arguments<T>();
  const Tensor tensor = Tensor::from_vector(std::vector<T>(x));
  // Half of the numbers are negative, where some functions are NaN.
  const Tensor positive = abs(tensor);
  for (const Unary& u : unary) {
    const bool folded = u.over == Over::positive;
    const auto argument = [&](std::size_t i) {
      return folded ? std::abs(x[i * u.each]) : x[i * u.each];
    };
    const Tensor asked = (folded ? positive : tensor)[{Slice(0, {}, static_cast<int>(u.each))}];
    table.add<T>(
        u.name, u.limit, u.f(asked), [&](std::size_t i) { return u.exact(argument(i)); },
        [&](std::size_t i) { return text(argument(i)); });
  }
}

/// Numbers of every exponent, each beside another.
template <class T>
void measure_binary(Table& table) {
  const std::vector<T> x = accuracy::arguments<T>();
  const std::size_t n = x.size() / 5;
  const auto second = [&](std::size_t i) { return x[(i * 7919 + 13) % x.size()]; };
  std::vector<T> a(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(n));
  std::vector<T> b;
  for (std::size_t i = 0; i < n; ++i) {
    a[i] = x[i * 5];
    b.push_back(second(i));
  }
  for (const Binary& u : binary) {
    table.add<T>(
        u.name, u.limit,
        u.f(Tensor::from_vector(std::vector<T>(a)), Tensor::from_vector(std::vector<T>(b))),
        [&](std::size_t i) { return u.exact(a[i], b[i]); },
        [&](std::size_t i) { return text(a[i]) + ", " + text(b[i]); });
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
  measure_binary<T>(table);
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
