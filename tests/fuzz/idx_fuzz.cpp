#include "harness.hpp"
#include "io/idx.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tapegrad::fuzz::run(data, size, [](const tapegrad::io::Input& input) {
    tapegrad::fuzz::look_at(tapegrad::io::read_idx(input));
  });
}
