// Reading a table of numbers, beside a kept parser: Ben Strasser's fast-cpp-csv-parser, in its own
// float64 parsing, which rounds inexactly, and with std::from_chars on its cells, which is what
// load_csv() promises: the nearest number.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <libfccp/csv.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tapegrad/tapegrad.hpp"

namespace {

namespace tg = tapegrad;

constexpr int rows = 200'000;

/// Eight columns of random numbers, in a file that is gone at the end of the program.
class Table {
 public:
  explicit Table(tg::DType dtype) {
    path_ =
        std::filesystem::temp_directory_path() / fmt::format("bench-{}.csv", tg::name_of(dtype));
    const tg::Tensor x = (tg::randn({rows, 8}, {.dtype = tg::float64}) * 1000).to(dtype);
    const std::vector<double> values = x.to_vector<double>();
    std::ofstream file(path_);
    file << "a,b,c,d,e,f,g,h\n";
    for (std::size_t i = 0; i < values.size(); ++i) {
      file << fmt::format("{}{}", values[i], i % 8 == 7 ? '\n' : ',');
    }
  }
  ~Table() { std::filesystem::remove(path_); }

  std::string path() const { return path_.string(); }
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(std::filesystem::file_size(path_));
  }

 private:
  std::filesystem::path path_;
};

const Table& table() {
  static const Table floats(tg::float64);
  return floats;
}

const Table& whole_numbers() {
  static const Table integers(tg::int64);
  return integers;
}

void load(benchmark::State& state, const Table& from, tg::DType dtype) {
  for (auto _ : state) benchmark::DoNotOptimize(tg::io::load_csv(from.path()).values(dtype));
  state.SetBytesProcessed(state.iterations() * from.bytes());
}

template <class Cell, class Convert>
void rival(benchmark::State& state, const Table& from, Convert convert) {
  for (auto _ : state) {
    io::CSVReader<8> reader(from.path());
    reader.read_header(io::ignore_no_column, "a", "b", "c", "d", "e", "f", "g", "h");
    std::vector<decltype(convert(Cell{}))> values;
    Cell a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{};
    while (reader.read_row(a, b, c, d, e, f, g, h)) {
      for (const Cell cell : {a, b, c, d, e, f, g, h}) values.push_back(convert(cell));
    }
    benchmark::DoNotOptimize(values.data());
  }
  state.SetBytesProcessed(state.iterations() * from.bytes());
}

template <class T>
T nearest(const char* text) {
  T value{};
  std::from_chars(text, text + std::strlen(text), value);
  return value;
}

void floats_load_csv(benchmark::State& state) { load(state, table(), tg::float64); }
BENCHMARK(floats_load_csv)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

void floats_rival_nearest(benchmark::State& state) {
  rival<char*>(state, table(), nearest<double>);
}
BENCHMARK(floats_rival_nearest)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

void floats_rival_inexact(benchmark::State& state) {
  rival<double>(state, table(), [](double x) { return x; });
}
BENCHMARK(floats_rival_inexact)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

void integers_load_csv(benchmark::State& state) { load(state, whole_numbers(), tg::int64); }
BENCHMARK(integers_load_csv)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

void integers_rival(benchmark::State& state) {
  rival<std::int64_t>(state, whole_numbers(), [](std::int64_t x) { return x; });
}
BENCHMARK(integers_rival)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
