#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <thread>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;
using Ints = std::vector<std::int64_t>;

namespace {

double mean_of(const Doubles& x, int power = 1) {
  double total = 0;
  for (const double v : x) total += std::pow(v, power);
  return total / static_cast<double>(x.size());
}

/// Pearson's statistic against equal frequencies.
double chi_square(const std::map<std::int64_t, int>& counts, double expected) {
  double total = 0;
  for (const auto& [value, count] : counts) {
    total += (count - expected) * (count - expected) / expected;
  }
  return total;
}

}  // namespace

TEST_CASE("the first numbers of seed 0 are Philox's words", "[random]") {
  Generator g(0);
  const Floats first = rand({4}, {}, g).to_vector<float>();
  const std::uint32_t words[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(first[i] == static_cast<float>(words[i] >> 8) / 16777216.0f);
  }
  g.manual_seed(0);
  const double wide = rand({1}, {.dtype = float64}, g).item<double>();
  CHECK(wide == static_cast<double>(0xe169c58d6627e8d5 >> 11) / 9007199254740992.0);
}

TEST_CASE("the first normal numbers of seed 0 are Box and Muller's of Philox's words", "[random]") {
  const auto normal = [](double unit, double turn, double (*f)(double)) {
    return std::sqrt(-2 * std::log(unit)) * f(2 * std::numbers::pi * turn);
  };
  Generator g(0);
  const Floats first = randn({4}, {}, g).to_vector<float>();
  const std::uint32_t words[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  for (std::size_t i = 0; i < 4; i += 2) {
    const double unit = (words[i] + 1.0) * 0x1p-32;
    const double turn = (words[i + 1] >> 8) * 0x1p-24;
    // The logarithm, the root, the sine and their product: less than four units each.
    CHECK(first[i] == Approx(normal(unit, turn, std::cos)).epsilon(1e-6));
    CHECK(first[i + 1] == Approx(normal(unit, turn, std::sin)).epsilon(1e-6));
  }
  g.manual_seed(0);
  const Doubles wide = randn({2}, {.dtype = float64}, g).to_vector<double>();
  const double unit = static_cast<double>(0xe169c58d6627e8d5) * 0x1p-64;
  const double turn = static_cast<double>(0x9b00dbd8bc57ac4c >> 11) * 0x1p-53;
  CHECK(wide[0] == Approx(normal(unit, turn, std::cos)).epsilon(1e-14));
  CHECK(wide[1] == Approx(normal(unit, turn, std::sin)).epsilon(1e-14));
}

TEST_CASE("an element depends on seed, call and place, not on how many there are", "[random]") {
  const auto prefix = [](auto draw) {
    Generator few(7);
    Generator many(7);
    const Doubles a = draw(5, few).template to_vector<double>();
    Doubles b = draw(1003, many).template to_vector<double>();
    b.resize(a.size());
    return a == b;
  };
  for (const DType dtype : {float32, float64}) {
    CHECK(prefix([&](std::int64_t n, Generator& g) { return rand({n}, {.dtype = dtype}, g); }));
    CHECK(prefix([&](std::int64_t n, Generator& g) { return randn({n}, {.dtype = dtype}, g); }));
  }
  CHECK(prefix([](std::int64_t n, Generator& g) { return randint(-5, 900, {n}, {}, g); }));
  CHECK(
      prefix([](std::int64_t n, Generator& g) { return bernoulli_like(zeros({n}), 0.5, {}, g); }));
}

TEST_CASE("a seed repeats the numbers, and every call gives others", "[random]") {
  manual_seed(123);
  const Floats first = randn({50}).to_vector<float>();
  const Floats second = randn({50}).to_vector<float>();
  CHECK(first != second);
  manual_seed(123);
  CHECK(randn({50}).to_vector<float>() == first);
  CHECK(randn({50}).to_vector<float>() == second);
  manual_seed(124);
  CHECK(randn({50}).to_vector<float>() != first);
  CHECK(default_generator().initial_seed() == 124);
}

TEST_CASE("a generator goes on from its state", "[random]") {
  Generator g(0xfedcba9876543210);
  rand({3}, {}, g);
  const Tensor state = g.get_state();
  Generator copy = g;
  const Floats next = rand({9}, {}, g).to_vector<float>();
  CHECK(rand({9}, {}, copy).to_vector<float>() == next);
  Generator restored;
  restored.set_state(state);
  CHECK(restored.initial_seed() == 0xfedcba9876543210);
  CHECK(rand({9}, {}, restored).to_vector<float>() == next);
  CHECK_THROWS_AS(restored.set_state(zeros({3}, {.dtype = int64})), ShapeError);
  CHECK_THROWS_AS(restored.set_state(zeros({2})), DTypeError);
}

TEST_CASE("threads that draw from one generator never get the same call", "[random]") {
  constexpr std::size_t calls = 2000;
  Generator shared(5);
  Doubles drawn[2];
  std::thread threads[2];
  for (int t = 0; t < 2; ++t) {
    threads[t] = std::thread([&, t] {
      for (std::size_t i = 0; i < calls / 2; ++i) {
        drawn[t].push_back(rand({1}, {.dtype = float64}, shared).item<double>());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  drawn[0].insert(drawn[0].end(), drawn[1].begin(), drawn[1].end());
  Generator serial(5);
  Doubles expected;
  for (std::size_t i = 0; i < calls; ++i) {
    expected.push_back(rand({1}, {.dtype = float64}, serial).item<double>());
  }
  std::ranges::sort(drawn[0]);
  std::ranges::sort(expected);
  CHECK(drawn[0] == expected);
}

TEST_CASE("uniform numbers have the moments of the uniform distribution", "[random]") {
  constexpr std::int64_t n = 400000;
  for (const DType dtype : {float32, float64}) {
    Generator g(11);
    const Doubles x = rand({n}, {.dtype = dtype}, g).to_vector<double>();
    const auto [low, high] = std::ranges::minmax(x);
    CHECK(low >= 0);
    CHECK(high < 1);
    // E[x^k] = 1/(k+1) with variance 1/(2k+1) - 1/(k+1)^2; within four standard errors.
    for (int k = 1; k <= 4; ++k) {
      const double expected = 1.0 / (k + 1);
      const double error = std::sqrt((1.0 / (2 * k + 1) - expected * expected) / n);
      CHECK(std::abs(mean_of(x, k) - expected) < 4 * error);
    }
    // Neighbours, also across a block of 128 bits, are uncorrelated: 1/12 is the variance.
    for (std::size_t lag = 1; lag <= 5; ++lag) {
      double total = 0;
      for (std::size_t i = 0; i + lag < x.size(); ++i) total += (x[i] - 0.5) * (x[i + lag] - 0.5);
      CHECK(std::abs(total / n) < 4 * (1.0 / 12) / std::sqrt(n));
    }
  }
}

TEST_CASE("normal numbers have the moments of the normal distribution", "[random]") {
  constexpr std::int64_t n = 400000;
  // E[z^k] is 0, 1, 0, 3; the variance of z^k is E[z^2k] - E[z^k]^2 with E[z^6] = 15, E[z^8] = 105.
  const double expected[] = {0, 1, 0, 3};
  const double variance[] = {1, 2, 15, 96};
  for (const DType dtype : {float32, float64}) {
    Generator g(12);
    const Doubles z = randn({n}, {.dtype = dtype}, g).to_vector<double>();
    for (int k = 1; k <= 4; ++k) {
      CHECK(std::abs(mean_of(z, k) - expected[k - 1]) < 4 * std::sqrt(variance[k - 1] / n));
    }
    // Two of a pair share a radius, but nothing that correlates them or their squares.
    double product = 0;
    double squares = 0;
    for (std::size_t i = 0; i < z.size(); i += 2) {
      product += z[i] * z[i + 1];
      squares += (z[i] * z[i] - 1) * (z[i + 1] * z[i + 1] - 1);
    }
    CHECK(std::abs(product / (n / 2)) < 4 * std::sqrt(1.0 / (n / 2)));
    CHECK(std::abs(squares / (n / 2)) < 4 * std::sqrt(4.0 / (n / 2)));
    // 0.0455002639 of the mass lies beyond two standard deviations.
    const double p = 0.0455002639;
    const auto beyond =
        static_cast<double>(std::ranges::count_if(z, [](double v) { return std::abs(v) > 2; }));
    CHECK(std::abs(beyond / n - p) < 4 * std::sqrt(p * (1 - p) / n));
    CHECK(std::ranges::all_of(z, [](double v) { return std::isfinite(v); }));
  }
}

TEST_CASE("random integers cover their range evenly", "[random]") {
  Generator g(13);
  std::map<std::int64_t, int> counts;
  for (const std::int64_t v : randint(-3, 7, {100000}, {}, g).to_vector<std::int64_t>()) {
    ++counts[v];
  }
  CHECK(counts.size() == 10);
  CHECK(counts.begin()->first == -3);
  CHECK(counts.rbegin()->first == 6);
  CHECK(chi_square(counts, 10000) < 27.88);  // the 99.9 % point for 9 degrees of freedom
  CHECK(randint(9, {4}, {}, g).dtype() == int64);
  CHECK(randint(256, {4}, {.dtype = uint8}, g).dtype() == uint8);
  CHECK(randint(5, 6, {3}, {.dtype = float32}, g).to_vector<float>() == Floats{5, 5, 5});
  CHECK(randint_like(zeros({2, 3}), 0, 4, {}, g).dtype() == float32);
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Ints wide = randint(least, most, {64}, {}, g).to_vector<std::int64_t>();
  CHECK(std::ranges::any_of(wide, [](std::int64_t v) { return v < 0; }));
  CHECK(std::ranges::any_of(wide, [](std::int64_t v) { return v > 0; }));
}

TEST_CASE("random permutations are permutations, all equally likely", "[random]") {
  Generator g(14);
  Ints order = randperm(100, {}, g).to_vector<std::int64_t>();
  Ints sorted = order;
  std::ranges::sort(sorted);
  Ints expected(100);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(order != expected);
  CHECK(sorted == expected);
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 12000; ++i) {
    const Ints p = randperm(4, {}, g).to_vector<std::int64_t>();
    ++counts[p[0] * 1000 + p[1] * 100 + p[2] * 10 + p[3]];
  }
  CHECK(counts.size() == 24);
  CHECK(chi_square(counts, 500) < 49.73);  // the 99.9 % point for 23 degrees of freedom
  CHECK(randperm(0, {}, g).shape() == Shape{0});
  CHECK(randperm(5, {.dtype = int32}, g).dtype() == int32);
}

TEST_CASE("bernoulli masks keep their probability", "[random]") {
  Generator g(15);
  constexpr double p = 0.3;
  const Tensor mask = bernoulli_like(zeros({100000}), p, {}, g);
  CHECK(mask.dtype() == float32);
  CHECK(std::abs(mean_of(mask.to_vector<double>()) - p) < 4 * std::sqrt(p * (1 - p) / 100000));
  for (const float v : mask.to_vector<float>()) REQUIRE((v == 0 || v == 1));
  CHECK(bernoulli_like(zeros({9}), 0, {}, g).to_vector<float>() == Floats(9, 0));
  CHECK(bernoulli_like(zeros({9}), 1, {}, g).to_vector<float>() == Floats(9, 1));
  CHECK(bernoulli_like(zeros({9}), 1, {.dtype = boolean}, g).dtype() == boolean);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor certain = Tensor::from_vector<double>({0, 1, nan, 1});
  CHECK(bernoulli(certain, g).to_vector<double>() == Doubles{0, 1, 0, 1});
}

TEST_CASE("a fill stays within its interval and keeps to a view", "[random]") {
  Generator g(16);
  // Half of these would round to the upper limit, which doesn't belong to the interval.
  const Tensor narrow = uniform_(zeros({1000}), 1, 1 + 0x1p-23, g);
  CHECK(narrow.to_vector<float>() == Floats(1000, 1));
  CHECK(uniform_(zeros({3}), 2, 2, g).to_vector<float>() == Floats(3, 2));
  const Tensor x = zeros({2, 3});
  const Tensor filled = uniform_(x.select(1, 1), 5, 6, g);
  const Floats values = x.to_vector<float>();
  CHECK(filled.shares_storage_with(x));
  for (const std::size_t i : {0, 2, 3, 5}) CHECK(values[i] == 0);
  for (const std::size_t i : {1, 4}) CHECK((values[i] >= 5 && values[i] < 6));
  constexpr double n = 100000;
  const Doubles z = normal_(zeros({100000}, {.dtype = float64}), 3, 0.5, g).to_vector<double>();
  CHECK(std::abs(mean_of(z) - 3) < 4 * 0.5 / std::sqrt(n));
  CHECK(std::abs(mean_of(z, 2) - 9.25) < 4 * std::sqrt(2 * 0.0625 + 4 * 9 * 0.25) / std::sqrt(n));
}

TEST_CASE("a fill changes a leaf that requires grad only under NoGrad", "[random]") {
  const Tensor w = zeros({3}, {.requires_grad = true});
  CHECK_THROWS_AS(normal_(w), AutogradError);
  CHECK(w.to_vector<float>() == Floats{0, 0, 0});
  {
    const NoGrad guard;
    normal_(w);
  }
  CHECK(w.to_vector<float>() != Floats{0, 0, 0});
  CHECK(w.is_leaf());
}
