// What logging costs the thread that trains. Encoding and the disk are the writer's own thread's
// business, and are seen here only as far as they take the processor away.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "tapegrad/tapegrad.hpp"

namespace {

namespace tg = tapegrad;

/// A folder of its own that is gone at the end.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("tapegrad_logging_" + std::to_string(::getpid()));
  ~Folder() { std::filesystem::remove_all(path); }
};

void add_scalar(benchmark::State& state) {
  const Folder folder;
  tg::summary::Writer writer(folder.path.string());
  std::int64_t step = 0;
  for (auto _ : state) writer.add_scalar("loss", 0.5, ++step);
}
BENCHMARK(add_scalar);

/// The notes' training loop: 100 points on a line, with three scalars a step or without.
void linear_regression_step(benchmark::State& state, bool logs) {
  const Folder folder;
  tg::summary::Writer writer(folder.path.string());
  const tg::Tensor x = tg::ones({100, 1});
  const tg::Tensor y = tg::ones({100, 1});
  tg::nn::Linear line(1, 1);
  tg::optim::SGD sgd(line.parameters(), {.lr = 1e-3});
  std::int64_t step = 0;
  for (auto _ : state) {
    const tg::Tensor loss = tg::nn::mse_loss(line(x), y);
    sgd.zero_grad();
    loss.backward();
    sgd.step();
    ++step;
    if (!logs) continue;
    writer.add_scalar("train/loss", loss.item<double>(), step);
    writer.add_scalar("model/linear/weight", line.weight.item<double>(), step);
    writer.add_scalar("model/linear/bias", line.bias.item<double>(), step);
  }
}
BENCHMARK_CAPTURE(linear_regression_step, without_logging, false);
BENCHMARK_CAPTURE(linear_regression_step, three_scalars, true);

}  // namespace

BENCHMARK_MAIN();
