#include "tapegrad/optim/lbfgs.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "optim/problem.hpp"
#include "optim/reference/lbfgs.hpp"
#include "support/catch.hpp"
#include "support/cut.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/state_dict.hpp"

using namespace tapegrad;
using optim::LBFGS;
using optim::LBFGSOptions;
using optim::LineSearch;
using test::Problem;

namespace {

constexpr LineSearch wolfe = LineSearch::strong_wolfe;

Tensor step(LBFGS& rule, const Problem& problem) {
  return rule.step([&] {
    rule.zero_grad();
    const Tensor loss = problem.loss();
    loss.backward();
    return loss;
  });
}

void check_path(const std::string& name, const LBFGSOptions& options) {
  INFO(name);
  const Problem problem(float64);
  LBFGS rule({problem.x, problem.y}, options);
  for (const auto& expected : test::lbfgs_paths.at(name)) {
    step(rule, problem);
    const std::vector<double> now = problem.values();
    for (std::size_t i = 0; i < 4; ++i) {
      // Elements go to 0, but what they are added to has size 1.
      CHECK(now[i] == Approx(expected[i]).epsilon(1e-12).margin(1e-12));
    }
  }
}

/// Rosenbrock's function of a hundred numbers, 0 where all of them are 1.
struct Valley {
  Tensor x;
  explicit Valley(DType dtype) : x(full({100}, -0.5, {.dtype = dtype, .requires_grad = true})) {}
  Tensor loss() const {
    const Tensor a = x.narrow(0, 0, 99);
    const Tensor b = x.narrow(0, 1, 99);
    return (100 * square(b - square(a)) + square(1 - a)).sum();
  }
};

template <class Function>
double descend(LBFGS& rule, const Function& function, int steps) {
  for (int i = 0; i < steps; ++i) {
    rule.step([&] {
      rule.zero_grad();
      const Tensor loss = function.loss();
      loss.backward();
      return loss;
    });
  }
  return function.loss().template item<double>();
}

}  // namespace

TEST_CASE("LBFGS takes PyTorch's steps", "[optim][lbfgs]") {
  check_path("plain", {.lr = 0.1, .max_iter = 3});
  check_path("short history", {.lr = 0.2, .max_iter = 4, .history_size = 2});
  check_path("one iteration", {.lr = 0.1, .max_iter = 1});
  check_path("few evaluations", {.lr = 0.1, .max_iter = 10, .max_eval = 3});
}

TEST_CASE("LBFGS goes as far as PyTorch's line search", "[optim][lbfgs]") {
  check_path("strong Wolfe", {.max_iter = 2, .line_search = wolfe});
  check_path("strong Wolfe, long steps",
             {.lr = 3, .max_iter = 2, .max_eval = 20, .line_search = wolfe});
  check_path("strong Wolfe, short steps",
             {.lr = 1e-3, .max_iter = 1, .max_eval = 20, .line_search = wolfe});
  check_path("strong Wolfe, few evaluations",
             {.lr = 4, .max_iter = 3, .max_eval = 4, .line_search = wolfe});
  check_path("strong Wolfe to the end", {.tolerance_grad = 0.05, .line_search = wolfe});
}

TEST_CASE("LBFGS finds the end of a curved valley", "[optim][lbfgs]") {
  for (const DType dtype : {float64, float32}) {
    const Valley valley(dtype);
    LBFGS rule({valley.x}, {.max_iter = 100, .line_search = wolfe});
    CHECK(descend(rule, valley, 6) < 1e-8);  // it ends where the value changes by less than 1e-9
  }
}

TEST_CASE("LBFGS gives the first loss and counts what it asks", "[optim][lbfgs]") {
  const Problem problem(float64);
  LBFGS rule({problem.x, problem.y}, {.lr = 0.1, .max_iter = 4, .max_eval = 3});
  const double first = problem.loss().item<double>();
  int calls = 0;
  const Tensor loss = rule.step([&] {
    ++calls;
    rule.zero_grad();
    const Tensor now = problem.loss();
    now.backward();
    return now;
  });
  CHECK(loss.item<double>() == first);
  CHECK(calls == 3);
  CHECK(rule.state_dict()["state.all.func_evals"].item<int>() == 3);
  CHECK(rule.state_dict()["state.0.steps"].item<int>() == 1);
}

TEST_CASE("a history that becomes shorter forgets the oldest", "[optim][lbfgs]") {
  const Valley valley(float64);
  LBFGSOptions options{.max_iter = 8, .line_search = wolfe};
  LBFGS rule({valley.x}, options);
  descend(rule, valley, 1);
  CHECK(rule.state_dict()["state.all.ro"].shape()[0] > 3);
  options.history_size = 3;
  rule.set_options(options);
  descend(rule, valley, 1);
  CHECK(rule.state_dict()["state.all.ro"].shape() == Shape{3});
}

TEST_CASE("LBFGS resumes bit for bit", "[optim][lbfgs]") {
  const LBFGSOptions options{
      .max_iter = 2, .max_eval = 20, .history_size = 3, .line_search = wolfe};
  Valley whole(float64);
  LBFGS first({whole.x}, options);
  descend(first, whole, 5);
  const std::vector<double> x = whole.x.to_vector<double>();
  const StateDict kept = first.state_dict().clone();
  descend(first, whole, 5);

  Valley resumed(float64);
  NoGrad{}, resumed.x.copy_(Tensor::from_vector(std::vector(x)));
  LBFGS second({resumed.x});
  second.load_state_dict(kept);
  CHECK(second.options().line_search == wolfe);
  descend(second, resumed, 5);
  CHECK(resumed.x.to_vector<double>() == whole.x.to_vector<double>());
  CHECK(second.state_dict()["state.all.n_iter"].item<int>() == 20);
}

TEST_CASE("a Saver resumes LBFGS before it has learned any curvature", "[optim][lbfgs][state]") {
  const auto folder = std::filesystem::temp_directory_path() / "tapegrad-lbfgs-test";
  std::filesystem::remove_all(folder);
  const Problem whole(float64);
  LBFGS first({whole.x, whole.y}, {.lr = 0.1, .max_iter = 1});
  step(first, whole);
  CHECK(first.state_dict()["state.all.ro"].shape() == Shape{0});
  io::Saver(folder).add("x", whole.x).add("y", whole.y).add("lbfgs", first).save(1);
  step(first, whole);

  const Problem resumed(float64);
  LBFGS second({resumed.x, resumed.y});
  io::Saver saver(folder);
  saver.add("x", resumed.x).add("y", resumed.y).add("lbfgs", second);
  REQUIRE(saver.restore_latest().has_value());
  step(second, resumed);
  CHECK(resumed.values() == whole.values());
  std::filesystem::remove_all(folder);
}

TEST_CASE("LBFGS steps alike in any number of threads", "[optim][lbfgs]") {
  const auto trained = [](int threads) {
    const test::Cut cut(threads, 10);
    Valley valley(float32);
    LBFGS rule({valley.x}, {.max_iter = 5, .line_search = wolfe});
    descend(rule, valley, 3);
    return valley.x.to_vector<float>();
  };
  for (const int threads : {2, 3, 7}) CHECK(trained(threads) == trained(1));
}

TEST_CASE("a closure that throws leaves LBFGS where the iteration began", "[optim][lbfgs]") {
  const Problem problem(float64);
  LBFGS rule({problem.x, problem.y}, {.line_search = wolfe});
  const std::vector<double> before = problem.values();
  int calls = 0;
  CHECK_THROWS_AS(rule.step([&]() -> Tensor {
    if (++calls == 2) throw std::runtime_error("no");
    rule.zero_grad();
    const Tensor loss = problem.loss();
    loss.backward();
    return loss;
  }),
                  std::runtime_error);
  CHECK(problem.values() == before);
}

TEST_CASE("what LBFGS can't do is refused", "[optim][lbfgs][misuse]") {
  const Problem problem(float64);
  const std::vector<Tensor> both{problem.x, problem.y};
  LBFGS rule(both);
  optim::Optimizer& any = rule;
  CHECK_THROWS_WITH(any.step(), Catch::Contains("needs the function that computes the loss"));
  CHECK_THROWS_WITH(rule.step({}), "LBFGS: step() got an empty function, to call up to 25 times");
  CHECK_THROWS_WITH(rule.step([] { return Tensor(); }), Catch::Contains("gave nothing"));
  CHECK_THROWS_WITH(rule.step([] { return ones({2}); }), Catch::Contains("shape [2]"));
  CHECK_THROWS_WITH(capture([&](const Tensor&) { return step(rule, problem); }, {{1}}),
                    Catch::Contains("in a captured function"));
  CHECK_THROWS_WITH(LBFGS(both, {.max_iter = 0}), "LBFGS: max_iter is 0; it is at least 1");
  CHECK_THROWS_WITH(LBFGS(both, {.history_size = 0}), Catch::Contains("history_size is 0"));
  CHECK_THROWS_WITH(LBFGS(both, {.max_eval = -1}), Catch::Contains("max_eval is -1"));
  CHECK_THROWS_WITH(LBFGS(both, {.tolerance_grad = -1}), Catch::Contains("tolerance_grad is -1"));
  LBFGS mixed({problem.x, ones({2}, {.dtype = float32, .requires_grad = true})});
  CHECK_THROWS_AS(step(mixed, problem), DTypeError);
}

TEST_CASE("LBFGS refuses the memory of another function", "[optim][lbfgs][misuse]") {
  const Problem problem(float64);
  LBFGS rule({problem.x, problem.y}, {.lr = 0.1});
  step(rule, problem);
  const StateDict good = rule.state_dict().clone();
  const auto with = [&](const std::string& name, const Tensor& value) {
    StateDict changed;
    for (const auto& [key, tensor] : good) changed.insert(key, key == name ? value : tensor);
    if (!changed.contains(name)) changed.insert(name, value);
    return changed;
  };
  CHECK_THROWS_WITH(rule.load_state_dict(with("state.all.d", zeros({3}, {.dtype = float64}))),
                    Catch::Contains("\"state.all.d\" has shape [3], this optimizer needs [4]"));
  CHECK_THROWS_AS(rule.load_state_dict(with("state.all.old_dirs.0", zeros({4}))), DTypeError);
  CHECK_THROWS_WITH(rule.load_state_dict(with("state.all.more", zeros({4}))),
                    Catch::Contains("entries"));
  CHECK(rule.state_dict()["state.all.d"].to_vector<double>() ==
        good["state.all.d"].to_vector<double>());
}
