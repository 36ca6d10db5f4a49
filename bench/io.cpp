// Checkpoints against a plain copy of the same bytes: written with write(2), fsync, rename and
// fsync of the folder; read with read(2) into memory that is there. In a new folder of the current
// one, since /tmp may not be on a disk. The pairs run in turns, because a disk's speed drifts.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "tapegrad/tapegrad.hpp"

namespace {

namespace tg = tapegrad;

constexpr std::int64_t layers = 16;
constexpr std::int64_t width = 2048;  // 16 MB a layer, 256 MB in all

/// A folder that disappears with what is in it.
struct Folder {
  std::string path = "io-bench-XXXXXX";
  Folder() {
    if (!::mkdtemp(path.data())) std::abort();
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
};

tg::StateDict weights() {
  tg::StateDict state;
  for (std::int64_t i = 0; i < layers; ++i) {
    state.insert("layer" + std::to_string(i), tg::randn({width, width}));
  }
  return state;
}

/// A model that is nothing but its weights.
struct Model {
  tg::StateDict state = weights();
  tg::StateDict state_dict() const { return state; }
  tg::nn::LoadResult load_state_dict(const tg::StateDict& loaded) {
    for (const auto& [name, tensor] : state) tg::Tensor(tensor).copy_(loaded[name]);
    return {};
  }
};

struct Setup {
  Folder folder;
  Model model;
  std::size_t size = static_cast<std::size_t>(layers * width * width) * sizeof(float);
  std::vector<char> copy = std::vector<char>(size, 1);
  std::string plain = folder.path + "/plain";
  std::string file = folder.path + "/x.safetensors";
  tg::io::Saver saver{folder.path, {.max_to_keep = 1}};

  Setup() { saver.add("model", model); }
};

Setup& setup() {
  static Setup all;
  return all;
}

void expect(bool done) {
  if (!done) std::abort();
}

void write_plainly(Setup& s) {
  const std::string temporary = s.plain + ".tmp";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  for (std::size_t done = 0; done < s.size;) {
    const ssize_t count = ::write(file, s.copy.data() + done, s.size - done);
    expect(count > 0);
    done += static_cast<std::size_t>(count);
  }
  expect(::fsync(file) == 0 && ::close(file) == 0);
  expect(std::rename(temporary.c_str(), s.plain.c_str()) == 0);
  const int folder = ::open(s.folder.path.c_str(), O_RDONLY | O_DIRECTORY);
  expect(::fsync(folder) == 0 && ::close(folder) == 0);
}

void read_plainly(Setup& s) {
  const int file = ::open(s.plain.c_str(), O_RDONLY);
  for (std::size_t done = 0; done < s.size;) {
    const ssize_t count = ::read(file, s.copy.data() + done, s.size - done);
    expect(count > 0);
    done += static_cast<std::size_t>(count);
  }
  ::close(file);
}

void read_plainly_into_model(Setup& s) {
  read_plainly(s);
  const char* from = s.copy.data();
  for (const auto& [name, tensor] : s.model.state) {
    const std::size_t bytes = static_cast<std::size_t>(tensor.numel()) * sizeof(float);
    std::memcpy(tg::Tensor(tensor).mutable_data<float>(), from, bytes);
    from += bytes;
  }
}

void load_and_sum(Setup& s) {
  const tg::io::Safetensors file = tg::io::load_safetensors(s.file);
  for (const auto& [name, tensor] : file.tensors) benchmark::DoNotOptimize(tg::sum(tensor));
}

void save_once(Setup& s) { s.saver.save(1); }

/// `prepare` runs once, before the clock does.
template <class Prepare, class Work>
void add(const char* name, Prepare prepare, Work work) {
  const auto run = [prepare, work](benchmark::State& state) {
    prepare(setup());
    for (auto _ : state) work(setup());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(setup().size));
  };
  benchmark::RegisterBenchmark(name, run)->UseRealTime()->Unit(benchmark::kMillisecond);
}

void register_all() {
  const auto nothing = [](Setup&) {};
  const auto safetensors = [](Setup& s) { tg::io::save_safetensors(s.file, s.model.state); };
  add("write/plain", nothing, write_plainly);
  add("write/save_safetensors", nothing, safetensors);
  add("write/Saver", nothing, save_once);
  add("read/plain", write_plainly, read_plainly);
  add("read/load_safetensors_and_sum", safetensors, load_and_sum);
  add("read/load_checkpoint_part", save_once, [](Setup& s) {
    benchmark::DoNotOptimize(
        tg::io::load_checkpoint_part(s.folder.path + "/ckpt-1.safetensors", "model"));
  });
  add("read/plain_into_model", write_plainly, read_plainly_into_model);
  add("read/Saver", save_once, [](Setup& s) { s.saver.restore_latest(); });
}

}  // namespace

int main(int count, char** flags) {
  std::vector<char*> all(flags, flags + count);
  std::string turns[] = {"--benchmark_enable_random_interleaving=true", "--benchmark_repetitions=9",
                         "--benchmark_report_aggregates_only=true", "--benchmark_min_time=0.5"};
  // Before the user's, which win.
  for (std::string& flag : turns) all.insert(all.begin() + 1, flag.data());
  count = static_cast<int>(all.size());
  register_all();
  benchmark::Initialize(&count, all.data());
  if (benchmark::ReportUnrecognizedArguments(count, all.data())) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
