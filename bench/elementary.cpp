// Elementary functions and the softmax family, over a million elements each: forward, and reverse
// of what saturates, whose cost depends on how much does.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "tapegrad/tapegrad.hpp"

namespace {

namespace tg = tapegrad;

using Function = tg::Tensor (*)(const tg::Tensor&);

/// f on a million numbers between `low` and `high`.
template <class F>
void run(benchmark::State& state, F f, tg::DType dtype, double low, double high) {
  const tg::NoGrad guard;
  const tg::Tensor x = tg::linspace(low, high, 1'000'000, {.dtype = dtype});
  for (auto _ : state) benchmark::DoNotOptimize(f(x));
  state.SetItemsProcessed(state.iterations() * x.numel());
}

/// The reverse pass of f alone, over normally distributed numbers.
void run_reverse(benchmark::State& state, Function f, tg::DType dtype) {
  tg::manual_seed(1);
  const tg::Tensor x = tg::randn({1'000'000}, {.dtype = dtype, .requires_grad = true});
  const tg::Tensor y = f(x);
  const tg::Tensor g = tg::ones_like(y);
  for (auto _ : state) {
    benchmark::DoNotOptimize(tg::grad({y}, {x}, {.grad_outputs = {g}, .retain_graph = true}));
  }
  state.SetItemsProcessed(state.iterations() * x.numel());
}

void register_all() {
  for (const tg::DType dtype : {tg::float32, tg::float64}) {
    const auto add = [dtype](std::string name, auto f, double low, double high) {
      name += dtype == tg::float32 ? "/float32" : "/float64";
      benchmark::RegisterBenchmark(
          name.c_str(), [=](benchmark::State& state) { run(state, f, dtype, low, high); });
    };
    add("exp", static_cast<Function>(tg::exp), -10, 10);
    add("log", static_cast<Function>(tg::log), 0.001, 10);
    add("log1p", static_cast<Function>(tg::log1p), -0.9, 10);
    add("sqrt", static_cast<Function>(tg::sqrt), 0, 10);
    add("tanh", static_cast<Function>(tg::tanh), -3, 3);
    add("sigmoid", static_cast<Function>(tg::sigmoid), -6, 6);
    add("softplus", static_cast<Function>(tg::softplus), -6, 6);
    const auto add_reverse = [dtype](std::string name, Function f) {
      name += dtype == tg::float32 ? "_reverse/float32" : "_reverse/float64";
      benchmark::RegisterBenchmark(name.c_str(),
                                   [=](benchmark::State& state) { run_reverse(state, f, dtype); });
    };
    add_reverse("tanh", tg::tanh);
    add_reverse("sigmoid", tg::sigmoid);
    add_reverse("softplus", tg::softplus);
    using Along = tg::Tensor (*)(const tg::Tensor&, tg::AsDim);
    const auto rows = [](Along f, std::int64_t length) {
      return [=](const tg::Tensor& x) { return f(x.reshape({-1, length}), 1); };
    };
    for (const std::int64_t length : {10, 1000}) {
      const std::string suffix = "_rows_of_" + std::to_string(length);
      add("softmax" + suffix, rows(tg::softmax, length), -10, 10);
      add("log_softmax" + suffix, rows(tg::log_softmax, length), -10, 10);
    }
  }
}

}  // namespace

int main(int count, char** flags) {
  register_all();
  benchmark::Initialize(&count, flags);
  if (benchmark::ReportUnrecognizedArguments(count, flags)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
