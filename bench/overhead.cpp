// What the library itself costs, where the arithmetic costs next to nothing: recording, the reverse
// pass, the steps of small models. Beside each time stands its ratio to a target: the prototype
// that the design came from (docs/architecture.md), or a budget.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tapegrad/tapegrad.hpp"

namespace {

namespace tg = tapegrad;

constexpr int chain = 1000;

/// Reports the time of each of `count` operations in an iteration, and its ratio to a target.
void report(benchmark::State& state, int count, const std::string& target, double target_ns) {
  const auto seconds_per = static_cast<benchmark::Counter::Flags>(
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["ns_each"] = benchmark::Counter(1e-9 * count, seconds_per);
  state.counters["x_" + target] = benchmark::Counter(1e-9 * count * target_ns, seconds_per);
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
  report(state, chain, "prototype", 36);
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
  report(state, chain, "prototype", 67);
}
BENCHMARK(add_recorded);

void add_recorded_and_freed(benchmark::State& state) {
  const tg::Tensor x = tg::ones({1}, {.requires_grad = true});
  const tg::Tensor one = tg::ones({1});
  for (auto _ : state) benchmark::DoNotOptimize(added_up(x, one));
  report(state, chain, "prototype", 67);
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
  report(state, chain, "prototype", 63);
}
BENCHMARK(add_backward);

/// The notes' model: 100 points of y = 0.8 x + 0.7, mean squared error, gradient descent.
struct Line {
  tg::Tensor x = tg::ones({100, 1});
  tg::Tensor y = tg::ones({100, 1});
  tg::Tensor weight = tg::zeros({1, 1}, {.requires_grad = true});
  tg::Tensor bias = tg::zeros({1}, {.requires_grad = true});

  void descend() {
    const tg::NoGrad guard;
    for (tg::Tensor* p : {&weight, &bias}) {
      *p -= p->grad() * 0.1;
      p->set_grad(tg::Tensor());
    }
  }
};

void linear_regression_step(benchmark::State& state) {
  Line line;
  for (auto _ : state) {
    const tg::Tensor loss =
        tg::mean(tg::square(tg::matmul(line.x, line.weight) + line.bias - line.y));
    loss.backward();
    line.descend();
  }
  report(state, 1, "budget", 3000);
}
BENCHMARK(linear_regression_step);

void linear_regression_forward(benchmark::State& state) {
  Line line;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        tg::mean(tg::square(tg::matmul(line.x, line.weight) + line.bias - line.y)));
  }
  report(state, 1, "budget", 3000);
}
BENCHMARK(linear_regression_forward);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
