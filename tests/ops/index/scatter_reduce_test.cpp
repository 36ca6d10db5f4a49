// What scatter_reduce() makes of elements that meet: against loops, and its derivatives.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "support/catch.hpp"
#include "support/cut.hpp"
#include "support/errors.hpp"
#include "support/kinks.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/threads.hpp"

using namespace tapegrad;
using test::OpRow;
using test::Tensors;
using Doubles = std::vector<double>;
using Ints = std::vector<std::int64_t>;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A column for each j, along dim 0: y[index[i][j]][j] of source[i][j].
Doubles by_loops(const Tensor& x, const Tensor& index, const Tensor& source,
                 const std::string& reduce, bool include_self) {
  const std::int64_t m = x.size(1);
  Doubles y = x.to_vector<double>();
  for (std::size_t place = 0; place < y.size(); ++place) {
    const auto row = static_cast<std::int64_t>(place) / m;
    const auto column = static_cast<std::int64_t>(place) % m;
    Doubles met;
    for (std::int64_t i = 0; column < index.size(1) && i < index.size(0); ++i) {
      if (index[{i, column}].item<std::int64_t>() == row) {
        met.push_back(source[{i, column}].item<double>());
      }
    }
    if (met.empty()) continue;
    if (include_self) met.push_back(y[place]);
    double sum = 0;
    double product = 1;
    for (const double v : met) {
      sum += v;
      product *= v;
    }
    if (reduce == "sum") y[place] = sum;
    if (reduce == "mean") y[place] = sum / static_cast<double>(met.size());
    if (reduce == "prod") y[place] = product;
    if (reduce == "amax") y[place] = *std::max_element(met.begin(), met.end());
    if (reduce == "amin") y[place] = *std::min_element(met.begin(), met.end());
  }
  return y;
}

const std::vector<std::string> reductions{"sum", "prod", "mean", "amax", "amin"};

OpRow row(std::string_view name, std::string reduce, bool include_self) {
  const Tensor index = tensor({{2, 0, 1}, {2, 2, 1}, {0, 2, 1}, {2, 1, 1}});
  return {.name = name,
          .f =
              [=](const Tensors& v) {
                const Tensor at = v[0].numel() == 0 ? zeros({4, 0}, {.dtype = int64}) : index;
                return square(scatter_reduce(v[0], 0, at, v[1], reduce, include_self));
              },
          .inputs = {{{3, 4}}, {{4, 3}}},
          .empty_inputs = {{3, 0}, {4, 0}},
          .empty_result = {3, 0},
          .narrow_roundings = 8,
          .broadcast_inputs = reduce[0] != 'a'};
}

}  // namespace

TEST_CASE("scattered reductions have their derivatives", "[ops][table]") {
  OpRow refused = row("scatter_reduce", "amax", true);
  const Tensor x = zeros({3, 2});
  const Tensor at = tensor({{2, 0}});
  const auto reduce = [=](const Tensor& index, const Tensor& source, std::string_view how) {
    return [=] { scatter_reduce(x, 0, index, source, how); };
  };
  refused.refuses = {
      {"scatter_reduce: there is no reduction \"max\"; use", reduce(at, ones({1, 2}), "max")},
      {"scatter_reduce: int64 into float32", reduce(at, at, "sum")},
      {"scatter_reduce: index 3 is out of range for a dimension of size 3",
       reduce(at + 1, ones({1, 2}), "mean")},
      {"scatter_reduce: an index of shape [1, 2] and a source of shape [1, 1] for shape [3, 2]",
       reduce(at, ones({1, 1}), "prod")},
      {"scatter: there is no reduction \"sum\"; use \"add\"",
       [=] { scatter(x, 0, at, 1, "sum"); }}};
  OpRow products = row("index_copy", "prod", true);
  OpRow of_sources = row("index_copy", "prod", false);
  products.never_captured = "how often runs are halved depends on the index";
  of_sources.never_captured = products.never_captured;
  test::check_rows({refused, row("scatter_reduce", "amax", false),
                    row("scatter_reduce", "amin", true), row("scatter_reduce", "amin", false),
                    row("scatter_add", "sum", true), row("scatter_add", "sum", false),
                    row("div", "mean", true), row("div", "mean", false), products, of_sources});
}

TEST_CASE("scattered reductions are those of a loop", "[ops][index]") {
  manual_seed(11);
  const Tensor x = test::spread({4, 3}, -2, 2);
  for (const std::string& reduce : reductions) {
    for (const bool include_self : {true, false}) {
      for (const std::int64_t n : {0, 1, 2, 7, 40}) {
        INFO(reduce << ", " << n << " rows, include_self " << include_self);
        const Tensor index = randint(0, 4, {n, 2});
        const Tensor source = test::spread({n + 1, 3}, -1.5, 1.5, 3);
        const Tensor y = scatter_reduce(x, 0, index, source, reduce, include_self);
        const Doubles expected = by_loops(x, index, source, reduce, include_self);
        CHECK(test::difference(y, Tensor::from_span<double>(expected, {4, 3}), 1e-13, 1e-15) == "");
        const Tensor across = scatter_reduce(x.t(), 1, index.t(), source.t(), reduce, include_self);
        CHECK(test::difference(across, y.t(), 0, 0) == "");
      }
    }
  }
}

TEST_CASE("scattered reductions of integers stay integers", "[ops][index]") {
  const Tensor x = tensor({10, 20, -30});
  const Tensor at = tensor({0, 0, 2});
  const Tensor source = tensor({3, 4, -5});
  const auto reduced = [&](std::string_view how, bool include_self) {
    return scatter_reduce(x, 0, at, source, how, include_self).to_vector<std::int64_t>();
  };
  CHECK(reduced("sum", true) == Ints{17, 20, -35});
  CHECK(reduced("mean", true) == Ints{5, 20, -18});  // -17.5, rounded down
  CHECK(reduced("mean", false) == Ints{3, 20, -5});
  CHECK(reduced("prod", false) == Ints{12, 20, -5});
  CHECK(reduced("amax", true) == Ints{10, 20, -5});
  CHECK(reduced("amin", false) == Ints{3, 20, -5});
  CHECK(scatter(x, 0, at, source, "add").to_vector<std::int64_t>() == Ints{17, 20, -35});
  CHECK(x.scatter(0, at, 2, "multiply").to_vector<std::int64_t>() == Ints{40, 20, -60});
  CHECK(scatter_reduce(tensor(7), 0, tensor(0), tensor(3), "sum").item<int>() == 10);
}

TEST_CASE("a NaN is the largest and the smallest that meets", "[ops][index]") {
  const Tensor source = tensor({1, not_a_number, 2}, {.dtype = float64, .requires_grad = true});
  const Tensor at = tensor({0, 0, 1});
  for (const char* how : {"amax", "amin"}) {
    const Tensor y = scatter_reduce(zeros({2}, float64), 0, at, source, how);
    CHECK(std::isnan(y[0].item<double>()));
    CHECK(grad({sum(y)}, {source})[0].to_vector<double>()[1] == 1);
  }
}

// d2/dx dy of x y is 1 where both are 0: a quotient has no such derivative.
TEST_CASE("scattered products have every derivative where elements are 0", "[ops][index]") {
  const Tensor at = tensor({0, 0, 0, 1, 1});
  for (const bool include_self : {true, false}) {
    const auto f = [&](const Tensor& x, const Tensor& source) {
      return scatter_reduce(x, 0, at, source, "prod", include_self);
    };
    const Tensor x = tensor({2, 0}, {.dtype = float64, .requires_grad = true});
    const Tensor source = tensor({0, 3, 0, 0, -1.5}, {.dtype = float64, .requires_grad = true});
    CHECK(check_grad3(f, x, source));
  }
}

TEST_CASE("equal extremes that meet share their gradient", "[ops][kink]") {
  const auto meeting = [](std::string_view how, bool include_self) {
    return [=](const Tensor& x) {
      const Tensor self = full({1}, 2, {.dtype = x.dtype()});
      const Tensor at = zeros(x.shape(), {.dtype = int64});
      return scatter_reduce(self, 0, at, x, how, include_self);
    };
  };
  test::check_kinks({
      test::kink("scatter_reduce", meeting("amax", false), {2, 1, 2, 2, 2},
                 {.25, 0, .25, .25, .25}),
      test::kink("scatter_reduce", meeting("amax", true), {2, 1}, {.5, 0}),
      test::kink("scatter_reduce", meeting("amin", true), {2, 3, 2, 2}, {.25, 0, .25, .25}),
  });
}

TEST_CASE("scattered reductions don't depend on threads", "[ops][index][threads]") {
  manual_seed(5);
  const Tensor x = randn({300, 200});
  const Tensor index = randint(0, 300, {2000, 200});
  const Tensor source = randn({2000, 200});
  const int before = num_threads();
  for (const std::string& reduce : reductions) {
    set_num_threads(1);
    const Tensor alone = scatter_reduce(x, 0, index, source, reduce);
    set_num_threads(3);
    const Tensor shared = scatter_reduce(x, 0, index, source, reduce);
    set_num_threads(before);
    INFO(reduce);
    CHECK(test::difference(shared, alone, 0, 0) == "");
  }
}
