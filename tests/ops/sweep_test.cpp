// A random sweep over reductions and losses of a few numbers from 1e-30 to 1e30, infinities and NaN
// among them: values and gradients against long double.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

using Long = long double;
using Numbers = std::vector<Long>;

constexpr Long infinite = std::numeric_limits<Long>::infinity();

/// A value, its gradient, and the sizes that their errors are relative to.
struct Exact {
  Long value;
  Long value_size;
  Numbers gradient;
  Long gradient_size;
};

Long total(const Numbers& x, const std::function<Long(Long)>& f) {
  Long sum = 0;
  for (const Long v : x) sum += f(v);
  return sum;
}

Numbers each(const Numbers& x, const std::function<Long(Long)>& f) {
  Numbers y;
  for (const Long v : x) y.push_back(f(v));
  return y;
}

Long size_of(const Numbers& x) {
  Long most = 0;
  for (const Long v : x) most = std::max(most, std::fabs(v));
  return most;
}

Exact mean_of(const Numbers& x) {
  const Long n = x.size();
  return {total(x, [](Long v) { return v; }) / n, size_of(x), each(x, [=](Long) { return 1 / n; }),
          1 / n};
}

Exact var_of(const Numbers& x) {
  const Long n = x.size();
  const Long mean = mean_of(x).value;
  const Long var = total(x, [=](Long v) { return (v - mean) * (v - mean); }) / (n - 1);
  return {var, var, each(x, [=](Long v) { return 2 * (v - mean) / (n - 1); }),
          2 * size_of(x) / (n - 1)};
}

Exact std_of(const Numbers& x) {
  const Exact var = var_of(x);
  const Long y = std::sqrt(var.value);
  return {y, y, each(var.gradient, [=](Long d) { return d / (2 * y); }),
          var.gradient_size / (2 * y)};
}

Exact logsumexp_of(const Numbers& x) {
  const Long most = *std::max_element(x.begin(), x.end());
  const Long sum = total(x, [=](Long v) { return std::exp(v - most); });
  return {most + std::log(sum), std::max(size_of(x), 1.0L),
          each(x, [=](Long v) { return std::exp(v - most) / sum; }), 1};
}

/// Of the first class.
Exact entropy_of(const Numbers& x) {
  Exact y = logsumexp_of(x);
  y.value -= x[0];
  y.gradient[0] -= 1;
  return y;
}

Exact mse_of(const Numbers& x) {
  const Long n = x.size();
  const Long y = total(x, [](Long v) { return (v - 1) * (v - 1); }) / n;
  return {y, y, each(x, [=](Long v) { return 2 * (v - 1) / n; }),
          2 * std::max(size_of(x), 1.0L) / n};
}

struct Case {
  const char* name;
  std::function<Tensor(const Tensor&)> f;
  Exact (*exact)(const Numbers&);
};

const Case cases[] = {
    {"mean", [](const Tensor& x) { return mean(x); }, mean_of},
    {"var", [](const Tensor& x) { return var(x); }, var_of},
    {"std", [](const Tensor& x) { return tapegrad::std(x); }, std_of},
    {"logsumexp", [](const Tensor& x) { return logsumexp(x, 0); }, logsumexp_of},
    {"cross_entropy",
     [](const Tensor& x) { return nn::cross_entropy(x, zeros({}, {.dtype = int64})); }, entropy_of},
    {"mse_loss", [](const Tensor& x) { return nn::mse_loss(x, ones_like(x)); }, mse_of},
};

/// Two to six numbers of one order of magnitude or of all.
std::vector<double> draw(std::mt19937& random, bool special) {
  std::uniform_real_distribution<double> exponent(-30, 30);
  std::uniform_real_distribution<double> digits(-9, 9);
  const bool alike = random() % 2 == 0;
  const double common = exponent(random);
  std::vector<double> x(2 + random() % 5);
  for (double& v : x) v = digits(random) * std::pow(10, alike ? common : exponent(random));
  if (special) {
    const double ends[] = {INFINITY, -INFINITY, NAN};
    x[random() % x.size()] = ends[random() % 3];
  }
  return x;
}

/// Equal up to `units` of `size`, where the type holds the number; else infinite or tiny as it is.
void check_near(double got, Long exact, Long size, DType dtype) {
  CAPTURE(got, static_cast<double>(exact));
  const Long most = dtype == float32 ? std::numeric_limits<float>::max()
                                     : Long{std::numeric_limits<double>::max()};
  const Long epsilon = dtype == float32 ? 0x1p-23L : 0x1p-52L;
  const Long smallest = dtype == float32 ? 0x1p-149L : 0x1p-1074L;
  if (std::isnan(exact)) {
    CHECK(std::isnan(got));
  } else if (std::fabs(exact) > most) {
    CHECK(got == static_cast<double>(std::copysign(infinite, exact)));
  } else {
    CHECK(std::fabs(got - exact) <= 16 * epsilon * size + 2 * smallest);
  }
}

void check_case(const Case& c, const std::vector<double>& numbers, DType dtype) {
  Tensor x = Tensor::from_vector(std::vector<double>(numbers)).to(dtype).requires_grad_();
  const std::vector<double> held = x.detach().to_vector<double>();
  CAPTURE(held);
  const Exact exact = c.exact(Numbers(held.begin(), held.end()));
  const Tensor y = c.f(x);
  check_near(y.item<double>(), exact.value, exact.value_size, dtype);
  for (const bool recorded : {false, true}) {
    CAPTURE(recorded);
    const Tensor g = grad({c.f(x)}, {x}, {.create_graph = recorded})[0];
    const std::vector<double> got = g.detach().to_vector<double>();
    for (std::size_t i = 0; i < got.size(); ++i) {
      check_near(got[i], exact.gradient[i], exact.gradient_size, dtype);
    }
  }
}

}  // namespace

TEST_CASE("reductions and losses of numbers of all sizes are those of long double",
          "[ops][sweep]") {
  for (const Case& c : cases) {
    for (const DType dtype : {float32, float64}) {
      DYNAMIC_SECTION(c.name << (dtype == float32 ? ", float32" : ", float64")) {
        std::mt19937 random(1);
        for (int i = 0; i < 300; ++i) check_case(c, draw(random, false), dtype);
      }
    }
  }
}

TEST_CASE("infinities and NaN come out of reductions as out of their formulas", "[ops][sweep]") {
  const auto is_smooth = [](const std::vector<double>& x, const char* name) {
    // logsumexp documents more than its formula says: infinity stays one.
    return std::string_view(name) != "logsumexp" || !std::ranges::count(x, INFINITY);
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      std::mt19937 random(2);
      for (int i = 0; i < 300; ++i) {
        const std::vector<double> x = draw(random, true);
        // NaN isn't ordered: std::max_element would pass over it.
        if (is_smooth(x, c.name)) check_case(c, x, i % 2 == 0 ? float32 : float64);
      }
    }
  }
}
