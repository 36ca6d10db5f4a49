// Softmax and what is like it, of rows that are computed side by side: each is as if it were alone.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

const double inf = std::numeric_limits<double>::infinity();
constexpr std::int64_t ignored = -100;

/// Around the lengths and numbers of rows at which the way to compute changes.
const std::vector<std::int64_t> lengths{1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 24, 25, 31, 32, 33};
const std::vector<std::int64_t> counts{2, 3, 4, 8, 9, 16, 19, 37};

Tensor row(const Tensor& x, std::int64_t i) { return x.slice(0, i, i + 1); }

/// Every third row usual, the others with one or all elements that are special in some way.
Tensor with_special_rows(std::int64_t rows, std::int64_t n, DType dtype) {
  Tensor x = test::spread({rows, n}, -9, 9).to(dtype);
  const std::vector<double> special{std::nan(""), inf, -inf, 3000, -1e30, 120, -0.0};
  for (std::int64_t i = 0; i < rows; ++i) {
    if (i % 3 == 0) continue;
    const double value = special[static_cast<std::size_t>(i / 3) % special.size()];
    if (i % 3 == 1) row(x, i).select(1, i % n).fill_(value);
    if (i % 3 == 2) row(x, i).fill_(value);
  }
  return x;
}

/// What counts for nothing is among them.
Tensor some_gradients(const Tensor& x) {
  Tensor g = test::spread(x.shape(), -2, 2, 1).to(x.dtype());
  for (std::int64_t i = 0; i < x.size(0); i += 4) row(g, i).fill_(0);
  return g;
}

Tensor some_labels(std::int64_t rows, std::int64_t n) {
  std::vector<std::int64_t> label;
  for (std::int64_t i = 0; i < rows; ++i) label.push_back(i % 5 == 4 ? ignored : i * 7 % n);
  return Tensor::from_vector(std::move(label));
}

Tensor losses(const Tensor& x, const Tensor& label) {
  return nn::cross_entropy(x, label, {.ignore_index = ignored, .reduction = Reduction::none});
}

/// The gradient of f(x) that g brings.
Tensor pulled(const Tensor& x, const Tensor& g, const std::function<Tensor(const Tensor&)>& f) {
  Tensor leaf = x.clone();
  leaf.requires_grad_();
  return grad({f(leaf)}, {leaf}, {.grad_outputs = {g}})[0];
}

using Of = std::function<Tensor(const Tensor& x, const Tensor& g, const Tensor& label)>;

const std::vector<Of> functions{
    [](const Tensor& x, const Tensor&, const Tensor&) { return softmax(x, 1); },
    [](const Tensor& x, const Tensor&, const Tensor&) { return log_softmax(x, 1); },
    [](const Tensor& x, const Tensor&, const Tensor& label) { return losses(x, label); },
    [](const Tensor& x, const Tensor& g, const Tensor&) {
      return pulled(x, g, [](const Tensor& leaf) { return softmax(leaf, 1); });
    },
    [](const Tensor& x, const Tensor& g, const Tensor&) {
      return pulled(x, g, [](const Tensor& leaf) { return log_softmax(leaf, 1); });
    },
    [](const Tensor& x, const Tensor& g, const Tensor& label) {
      return pulled(x, g.select(1, 0), [&](const Tensor& leaf) { return losses(leaf, label); });
    }};

/// Zeros of different signs differ; every NaN is the same.
bool same_bits(const Tensor& a, const Tensor& b) {
  const std::vector<double> x = a.to_vector<double>();
  const std::vector<double> y = b.to_vector<double>();
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](double u, double v) {
    return (u != u && v != v) || std::bit_cast<std::uint64_t>(u) == std::bit_cast<std::uint64_t>(v);
  });
}

/// How many rows of `functions[k]` aren't what they are alone.
int different_rows(std::size_t k, const Tensor& x, const Tensor& g, const Tensor& label) {
  const Tensor all = functions[k](x, g, label);
  int different = 0;
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    const Tensor alone = functions[k](row(x, i), row(g, i), row(label, i));
    if (!same_bits(row(all, i), alone)) ++different;
  }
  return different;
}

/// Naively, in long double.
struct Expected {
  std::vector<long double> p;
  long double most = -inf, total = 0, of_g = 0, of_gp = 0;

  Expected(const std::vector<double>& x, const std::vector<double>& g) {
    for (const double v : x) most = std::max<long double>(most, v);
    for (const double v : x) total += std::exp(v - most);
    for (const double v : x) p.push_back(std::exp(v - most) / total);
    for (std::size_t k = 0; k < g.size(); ++k) {
      of_g += g[k];
      of_gp += g[k] * p[k];
    }
  }
};

}  // namespace

TEST_CASE("a short row among others has the bits that it has alone", "[ops][softmax]") {
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t n : lengths) {
      for (const std::int64_t rows : counts) {
        const Tensor x = with_special_rows(rows, n, dtype);
        for (std::size_t k = 0; k < functions.size(); ++k) {
          INFO(name_of(dtype) << " [" << rows << ", " << n << "], function " << k);
          CHECK(different_rows(k, x, some_gradients(x), some_labels(rows, n)) == 0);
        }
      }
    }
  }
}

TEST_CASE("gradients of short rows side by side agree with long double", "[ops][softmax]") {
  constexpr std::int64_t rows = 37;
  for (const DType dtype : {float32, float64}) {
    const double eps = dtype == float32 ? 0x1p-24 : 0x1p-53;
    for (const std::int64_t n : lengths) {
      const Tensor x = test::spread({rows, n}, -9, 9).to(dtype);
      const Tensor g = test::spread({rows, n}, -2, 2, 1).to(dtype);
      const Tensor label = some_labels(rows, n);
      const Tensor of_softmax = functions[3](x, g, label);
      const Tensor of_log = functions[4](x, g, label);
      const Tensor of_loss = functions[5](x, g, label);
      double worst = 0;
      const auto see = [&](const Tensor& y, std::int64_t i, std::int64_t k, long double exact) {
        const long double error = y.select(0, i).select(0, k).item<double>() - exact;
        worst = std::max(worst, std::abs(static_cast<double>(error)));
      };
      for (std::int64_t i = 0; i < rows; ++i) {
        const std::vector<double> of_g = row(g, i).to_vector<double>();
        const Expected e(row(x, i).to_vector<double>(), of_g);
        const std::int64_t chosen = label.select(0, i).item<std::int64_t>();
        for (std::int64_t k = 0; k < n; ++k) {
          const long double p = e.p[static_cast<std::size_t>(k)];
          const long double gk = of_g[static_cast<std::size_t>(k)];
          see(of_softmax, i, k, p * (gk - e.of_gp));
          see(of_log, i, k, gk - p * e.of_g);
          const long double of_first = chosen == ignored ? 0 : of_g[0];
          see(of_loss, i, k, (p - (k == chosen ? 1 : 0)) * of_first);
        }
      }
      // Some ten roundings of numbers up to 2, but for a sum of up to 33 of them.
      CHECK(worst <= (20 + 2 * static_cast<double>(n)) * eps);
    }
  }
}
