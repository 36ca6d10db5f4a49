// How fast batches come: from memory, from .npy files and from tables, in order and shuffled,
// loaded by next() itself and by two threads ahead. Bytes are those of the examples, for tables
// those of the file. Files lie in a new folder of the current one, and in the system's cache after
// a round.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tapegrad/tapegrad.hpp"

namespace {

namespace tg = tapegrad;
namespace data = tapegrad::data;

constexpr std::int64_t images = 60'000;
constexpr std::int64_t pixels = 28 * 28;

/// Files that disappear at the end of the program.
struct Files {
  std::string folder = "loader-bench-XXXXXX";
  Files() {
    if (!::mkdtemp(folder.data())) std::abort();
    tg::io::save_npy(folder + "/x.npy", tg::rand({images, pixels}));
    tg::io::save_npy(folder + "/y.npy", tg::randint(10, {images}));
    std::ofstream table(folder + "/x.csv");
    for (const tg::Tensor& row : tg::randn({100'000, 20})) {
      for (const float value : row.to_vector<float>()) table << fmt::format("{},", value);
      table << "1\n";
    }
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() { std::filesystem::remove_all(folder); }
};

const std::string& folder() {
  static const Files files;
  return files.folder;
}

void run(benchmark::State& state, const data::AnyDataset& dataset, std::int64_t bytes) {
  data::DataLoader loader(dataset, {.batch_size = 64,
                                    .shuffle = state.range(1) != 0,
                                    .num_workers = static_cast<int>(state.range(0))});
  for (auto _ : state) {
    for (const auto& [x, y] : loader) benchmark::DoNotOptimize(x.data<float>());
  }
  state.SetBytesProcessed(state.iterations() * bytes);
}

constexpr std::int64_t image_bytes = images * (pixels * 4 + 8);

void from_memory(benchmark::State& state) {
  static const data::TensorDataset set(tg::rand({images, pixels}), tg::randint(10, {images}));
  run(state, set, image_bytes);
}

void from_npy(benchmark::State& state) {
  run(state, data::NpyDataset(folder() + "/x.npy", folder() + "/y.npy"), image_bytes);
}

void from_csv(benchmark::State& state) {
  const std::string path = folder() + "/x.csv";
  run(state, data::CsvDataset(path, {.y = "column 21"}),
      static_cast<std::int64_t>(std::filesystem::file_size(path)));
}

void combinations(benchmark::internal::Benchmark* one) {
  one->ArgNames({"workers", "shuffle"})
      ->ArgsProduct({{0, 2}, {0, 1}})
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}
BENCHMARK(from_memory)->Apply(combinations);
BENCHMARK(from_npy)->Apply(combinations);
BENCHMARK(from_csv)->Apply(combinations);

}  // namespace

BENCHMARK_MAIN();
