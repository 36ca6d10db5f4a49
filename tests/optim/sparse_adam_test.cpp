#include "tapegrad/optim/sparse_adam.hpp"

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "optim/sparse_problem.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/sparse_grad.hpp"

using namespace tapegrad;
using optim::SparseAdam;
using optim::SparseAdamOptions;
using test::contains;
using test::error_of;

namespace {

/// The rule of the header in a loop over the rows that a step looks up. Source: PyTorch's
/// documentation of SparseAdam.
class Looped {
 public:
  explicit Looped(const SparseAdamOptions& options) : o_(options) {
    for (int i = 0; i < 18; ++i) x[i] = 0.1 * i - 0.75;
  }
  void step(int t) {
    std::map<std::int64_t, int> times;
    for (const std::int64_t row : test::rows_of_step(t - 1)) ++times[row];
    for (const auto& [row, count] : times) {
      for (std::int64_t i = 3 * row; i < 3 * row + 3; ++i) {
        const double g = (o_.maximize ? -3.0 : 3.0) * count * x[i] * x[i];
        m[i] += (1 - o_.betas[0]) * (g - m[i]);
        v[i] += (1 - o_.betas[1]) * (g * g - v[i]);
        const double rate =
            o_.lr * std::sqrt(1 - std::pow(o_.betas[1], t)) / (1 - std::pow(o_.betas[0], t));
        x[i] -= rate * m[i] / (std::sqrt(v[i]) + o_.eps);
      }
    }
  }
  std::array<double, 18> x{}, m{}, v{};

 private:
  SparseAdamOptions o_;
};

void check_rule(const SparseAdamOptions& options) {
  for (const DType dtype : {float64, float32}) {
    const test::Table table(dtype);
    Looped expected(options);
    SparseAdam rule({table.x}, options);
    for (int t = 1; t <= 8; ++t) {
      rule.zero_grad();
      table.loss(t - 1, true).backward();
      rule.step();
      expected.step(t);
      const std::vector<double> now = table.x.to_vector<double>();
      for (std::size_t i = 0; i < 18; ++i) {
        // Roundings of eight steps; some elements come near 0.
        const double tolerance = dtype == float64 ? 1e-13 : 1e-6;
        CHECK(now[i] == Approx(expected.x[i]).epsilon(tolerance).margin(tolerance));
      }
    }
  }
}

}  // namespace

TEST_CASE("SparseAdam takes Adam's steps in the rows of a gradient", "[optim][sparse]") {
  check_rule({});
  check_rule({.lr = 0.1, .betas = {0.5, 0.6}, .eps = 1e-2});
  check_rule({.lr = 0.05, .maximize = true});
}

TEST_CASE("SparseAdam leaves rows without a gradient as they are", "[optim][sparse]") {
  const test::Table table(float32);
  const Tensor before = table.x.detach().clone();
  SparseAdam rule({table.x}, {.lr = 0.1});
  nn::embedding(tensor({2}), table.x, {.sparse = true}).sum().backward();
  rule.step();
  rule.zero_grad();
  const Tensor once = table.x.detach().clone();
  nn::embedding(tensor({4}), table.x, {.sparse = true}).sum().backward();
  rule.step();
  CHECK(test::difference(table.x[2].detach(), once[2], 0, 0) == "");  // Adam would move it on
  for (const std::int64_t row : {0, 1, 3, 5}) {
    CHECK(test::difference(table.x[row].detach(), before[row], 0, 0) == "");
  }
  const StateDict state = rule.state_dict();
  CHECK(state["state.0.steps"].item<std::int64_t>() == 2);
  CHECK(state["state.0.exp_avg"][0].to_vector<double>() == std::vector<double>{0, 0, 0});
  CHECK(state["state.0.exp_avg_sq"].shape() == Shape{6, 3});
}

TEST_CASE("SparseAdam refuses dense gradients before anything changes", "[optim][sparse]") {
  const test::Table a(float32), b(float32);
  SparseAdam rule({a.x, b.x}, {.lr = 0.1});
  a.loss(0, true).backward();
  b.loss(0, false).backward();
  const Tensor before = a.x.detach().clone();
  CHECK(contains(error_of([&] { rule.step(); }),
                 "SparseAdam: the gradient of parameter 1 of group 0, of shape [6, 3], is dense"));
  CHECK(test::difference(a.x.detach(), before, 0, 0) == "");
  CHECK(sparse_grad(a.x));
  Tensor(b.x).set_grad({});
  CHECK_NOTHROW(rule.step());
  const std::string captured = error_of([&] {
    capture([&] {
      rule.zero_grad();
      a.loss(0, true).backward();
      rule.step();
    }).run({});
  });
  INFO(captured);
  CHECK(contains(captured, "SparseAdam: step() in a captured function"));
  CHECK(contains(error_of([&] { SparseAdam({a.x}, {.betas = {1, 0.5}}); }), "SparseAdam: betas"));
  CHECK(contains(error_of([&] { SparseAdam({a.x}, {.eps = -1}); }), "SparseAdam: eps is -1"));
}
