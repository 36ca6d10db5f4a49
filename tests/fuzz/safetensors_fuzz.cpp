#include "harness.hpp"
#include "io/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tapegrad::fuzz::run(data, size, [](const tapegrad::io::Input& input) {
    for (const auto& [name, tensor] : tapegrad::io::read_safetensors(input).tensors) {
      tapegrad::fuzz::look_at(tensor);
    }
  });
}
