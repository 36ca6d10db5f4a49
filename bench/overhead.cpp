// What the library itself costs, where the arithmetic costs next to nothing: recording, the reverse
// pass, the steps of small models. Beside each time stands its ratio to a budget in nanoseconds.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <vector>

#include "overhead/cases.hpp"

namespace {

using overhead::Case;
using overhead::Work;

/// Reports the time of each operation, and its ratio to the budget.
void report(benchmark::State& state, const Case& c) {
  const auto seconds_per = static_cast<benchmark::Counter::Flags>(
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["ns_each"] = benchmark::Counter(1e-9 * c.operations, seconds_per);
  if (c.budget_ns > 0) {
    state.counters["x_budget"] = benchmark::Counter(1e-9 * c.operations * c.budget_ns, seconds_per);
  }
}

/// Pausing takes longer than small work does, so only what needs it is paused.
void aside(benchmark::State& state, const std::function<void()>& work) {
  if (!work) return;
  state.PauseTiming();
  work();
  state.ResumeTiming();
}

void measure(benchmark::State& state, const Case& c) {
  const Work work = c.make();
  for (auto _ : state) {
    aside(state, work.before);
    work.run();
    aside(state, work.after);
  }
  report(state, c);
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

}  // namespace

int main(int argc, char** argv) {
  for (const Case& c : overhead::cases()) {
    benchmark::RegisterBenchmark(c.name, [&c](benchmark::State& state) { measure(state, c); });
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
