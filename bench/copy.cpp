// Copies that change the order of elements in memory, beside one that doesn't.
#include <benchmark/benchmark.h>

#include "tapegrad/tapegrad.hpp"

namespace {

namespace tg = tapegrad;

template <class F>
void add(const char* name, const tg::Shape& shape, F f, tg::DType dtype = tg::float32) {
  benchmark::RegisterBenchmark(
      name,
      [=](benchmark::State& state) {
        const tg::NoGrad guard;
        tg::set_num_threads(static_cast<int>(state.range(0)));
        const tg::Tensor x = tg::ones(shape, {.dtype = dtype});
        for (auto _ : state) benchmark::DoNotOptimize(f(x));
        state.SetBytesProcessed(2 * state.iterations() * x.numel() *
                                static_cast<std::int64_t>(tg::size_of(dtype)));
      })
      ->Arg(1)
      ->Arg(2)
      ->UseRealTime();
}

void register_all() {
  using T = const tg::Tensor&;
  const auto turned = [](T x) { return x.t().contiguous(); };
  add("clone_4096", {4096, 4096}, [](T x) { return x.clone(); });
  add("transpose_4096", {4096, 4096}, turned);
  add("transpose_4095", {4095, 4095}, turned);
  add("transpose_1024", {1024, 1024}, turned);
  add("transpose_256", {256, 256}, turned);
  add("transpose_64", {64, 64}, turned);
  add("transpose_2048_float64", {2048, 2048}, turned, tg::float64);
  add("transpose_4096_uint8", {4096, 4096}, turned, tg::uint8);
  add("transpose_2048_to_float64", {2048, 2048}, [](T x) { return x.t().to(tg::float64); });
  add("channels_last", {32, 64, 56, 56}, [](T x) { return x.permute({0, 2, 3, 1}).contiguous(); });
  add("channels_first_rgb", {64, 224, 224, 3}, [](T x) {
    return x.permute({0, 3, 1, 2}).contiguous();
  });
  add("attention_heads", {16, 64, 4, 32}, [](T x) { return x.transpose(1, 2).contiguous(); });
}

}  // namespace

int main(int count, char** flags) {
  register_all();
  benchmark::Initialize(&count, flags);
  if (benchmark::ReportUnrecognizedArguments(count, flags)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
