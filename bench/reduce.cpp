// Reductions from a hundred elements, where calling them is what costs, to ten million, where
// memory is. The plain loop is what one would write without the library.
#include <benchmark/benchmark.h>

#include "tapegrad/tapegrad.hpp"

namespace {

namespace tg = tapegrad;

tg::Tensor numbers(const tg::Shape& shape) {
  tg::Tensor x = tg::empty(shape);
  float* data = x.mutable_data<float>();
  for (std::int64_t i = 0; i < x.numel(); ++i) data[i] = static_cast<float>(i * 7919 % 1000) / 1000;
  return x;
}

/// A benchmark of f on a tensor with the shape of the benchmark's ranges.
template <class F>
void run(benchmark::State& state, F f) {
  const tg::NoGrad guard;
  const tg::Tensor x = numbers({state.range(0), state.range(1)});
  for (auto _ : state) benchmark::DoNotOptimize(f(x));
  state.SetItemsProcessed(state.iterations() * x.numel());
}

float plain_loop(const tg::Tensor& x) {
  const float* data = x.data<float>();
  float total = 0;
  for (std::int64_t i = 0; i < x.numel(); ++i) total += data[i];
  return total;
}

void register_all() {
  const auto add = [](const char* name, auto f) {
    benchmark::RegisterBenchmark(name, [f](benchmark::State& state) { run(state, f); })
        ->Args({100, 1})
        ->Args({32, 10})
        ->Args({1000, 1000})
        ->Args({1'000'000, 10});
  };
  using T = const tg::Tensor&;
  add("plain_loop", plain_loop);
  add("sum", [](T x) { return tg::sum(x); });
  add("sum_transposed", [](T x) { return tg::sum(x.t()); });
  add("sum_dim0", [](T x) { return tg::sum(x, 0); });
  add("sum_dim1", [](T x) { return tg::sum(x, 1); });
  add("mean", [](T x) { return tg::mean(x); });
  add("var_dim1", [](T x) { return tg::var(x, 1); });
  add("max", [](T x) { return tg::max(x); });
  add("max_dim1", [](T x) { return tg::max(x, 1).values; });
  add("argmax_dim0", [](T x) { return tg::argmax(x, 0); });
  add("logsumexp_dim1", [](T x) { return tg::logsumexp(x, 1); });
  add("softmax_dim1", [](T x) { return tg::softmax(x, 1); });
  add("log_softmax_dim0", [](T x) { return tg::log_softmax(x, 0); });
}

}  // namespace

int main(int count, char** flags) {
  register_all();
  benchmark::Initialize(&count, flags);
  if (benchmark::ReportUnrecognizedArguments(count, flags)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
