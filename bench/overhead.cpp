// What the library itself costs, where the arithmetic costs next to nothing: recording, the reverse
// pass, the steps of small models. Beside each time stands its ratio to a budget in nanoseconds.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <vector>

#include "tapegrad/tapegrad.hpp"

namespace {

namespace tg = tapegrad;

constexpr int chain = 1000;

/// Reports the time of each of `count` operations in an iteration, and its ratio to the budget.
void report(benchmark::State& state, int count, double budget_ns) {
  const auto seconds_per = static_cast<benchmark::Counter::Flags>(
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["ns_each"] = benchmark::Counter(1e-9 * count, seconds_per);
  state.counters["x_budget"] = benchmark::Counter(1e-9 * count * budget_ns, seconds_per);
}

/// Ratios are computed as times, but should not be printed as seconds.
class Reporter : public benchmark::ConsoleReporter {
 public:
  Reporter() : ConsoleReporter(isatty(STDOUT_FILENO) ? OO_Defaults : OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> plain = runs;
    for (Run& run : plain) {
      for (auto& [name, counter] : run.counters) counter.flags = benchmark::Counter::kDefaults;
    }
    ConsoleReporter::ReportRuns(plain);
  }
};

tg::Tensor added_up(const tg::Tensor& x, const tg::Tensor& one) {
  tg::Tensor y = x;
  for (int i = 0; i < chain; ++i) y = y + one;
  return y;
}

void add_unrecorded(benchmark::State& state) {
  const tg::Tensor x = tg::ones({1});
  const tg::Tensor one = tg::ones({1});
  for (auto _ : state) benchmark::DoNotOptimize(added_up(x, one));
  report(state, chain, 36);
}
BENCHMARK(add_unrecorded);

void add_recorded(benchmark::State& state) {
  const tg::Tensor x = tg::ones({1}, {.requires_grad = true});
  const tg::Tensor one = tg::ones({1});
  tg::Tensor y;
  for (auto _ : state) {
    y = added_up(x, one);
    state.PauseTiming();
    y = tg::Tensor();  // freeing the chain is not recording it
    state.ResumeTiming();
  }
  report(state, chain, 67);
}
BENCHMARK(add_recorded);

void add_recorded_and_freed(benchmark::State& state) {
  const tg::Tensor x = tg::ones({1}, {.requires_grad = true});
  const tg::Tensor one = tg::ones({1});
  for (auto _ : state) benchmark::DoNotOptimize(added_up(x, one));
  report(state, chain, 67);
}
BENCHMARK(add_recorded_and_freed);

/// The reverse pass of a chain, with the freeing of its records that belongs to it.
void add_backward(benchmark::State& state) {
  const tg::Tensor x = tg::ones({1}, {.requires_grad = true});
  const tg::Tensor one = tg::ones({1});
  for (auto _ : state) {
    state.PauseTiming();
    const tg::Tensor y = added_up(x, one);
    state.ResumeTiming();
    y.backward();
  }
  report(state, chain, 63);
}
BENCHMARK(add_backward);

/// A linear model of n points with f features, and gradient descent.
struct Model {
  tg::Tensor x;
  tg::Tensor y;
  tg::Tensor weight;
  tg::Tensor bias = tg::zeros({1}, {.requires_grad = true});
  tg::optim::SGD sgd;

  Model(std::int64_t n, std::int64_t f)
      : x(tg::ones({n, f})),
        y(tg::ones({n, 1})),
        weight(tg::zeros({f, 1}, {.requires_grad = true})),
        sgd({weight, bias}, {.lr = 1e-3}) {}

  tg::Tensor output() const { return tg::matmul(x, weight) + bias; }
  void descend(const tg::Tensor& loss) {
    sgd.zero_grad();
    loss.backward();
    sgd.step();
  }
};

/// The notes' model: 100 points on a line, mean squared error written out.
void linear_regression_step(benchmark::State& state) {
  Model line(100, 1);
  for (auto _ : state) line.descend(tg::mean(tg::square(line.output() - line.y)));
  report(state, 1, 3000);
}
BENCHMARK(linear_regression_step);

void linear_regression_step_mse_loss(benchmark::State& state) {
  Model line(100, 1);
  for (auto _ : state) line.descend(tg::nn::mse_loss(line.output(), line.y));
  report(state, 1, 3000);
}
BENCHMARK(linear_regression_step_mse_loss);

void linear_regression_forward(benchmark::State& state) {
  const Model line(100, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(tg::mean(tg::square(line.output() - line.y)));
  }
  report(state, 1, 3000);
}
BENCHMARK(linear_regression_forward);

/// The same with a module: what its forward pass enters and leaves is part of the step.
void linear_regression_step_layer(benchmark::State& state) {
  const tg::Tensor x = tg::ones({100, 1});
  const tg::Tensor y = tg::ones({100, 1});
  tg::nn::Sequential line(tg::nn::Linear(1, 1));
  tg::optim::SGD sgd(line.parameters(), {.lr = 1e-3});
  for (auto _ : state) {
    const tg::Tensor loss = tg::nn::mse_loss(line(x), y);
    sgd.zero_grad();
    loss.backward();
    sgd.step();
  }
  report(state, 1, 3000);
}
BENCHMARK(linear_regression_step_layer);

/// The size of the breast cancer data. Mostly arithmetic, so it has no budget for overhead.
void logistic_regression_step(benchmark::State& state) {
  Model model(569, 30);
  for (auto _ : state) {
    model.descend(tg::nn::binary_cross_entropy_with_logits(model.output(), model.y));
  }
}
BENCHMARK(logistic_regression_step);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
