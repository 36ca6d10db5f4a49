// Stands in for libFuzzer in the ordinary tests: runs a reader over every seed of a folder, over
// each of its beginnings, and with each of its bytes changed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

// Beyond this a seed's bytes are left as they are: the work grows with the square of its length.
constexpr std::size_t longest_to_change = 2000;

Bytes contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void run(const Bytes& bytes) { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); }

std::size_t run_all_of(Bytes seed) {
  run(seed);
  if (seed.size() > longest_to_change) return 1;
  for (std::size_t length = 0; length < seed.size(); ++length) {
    LLVMFuzzerTestOneInput(seed.data(), length);
  }
  constexpr std::uint8_t changes[] = {0x01, 0x80, 0xff};
  for (std::uint8_t& byte : seed) {
    const std::uint8_t before = byte;
    for (const std::uint8_t change : changes) {
      byte = before ^ change;
      run(seed);
    }
    byte = before;
  }
  return 1 + seed.size() * (1 + std::size(changes));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: %s SEEDS FORMAT\n", arguments[0]);
    return 2;
  }
  const std::filesystem::path folder = std::filesystem::path(arguments[1]) / arguments[2];
  std::size_t seeds = 0;
  std::size_t runs = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    ++seeds;
    runs += run_all_of(contents(file.path()));
  }
  std::printf("%zu seeds, %zu runs\n", seeds, runs);
  return seeds > 0 ? 0 : 1;
}
