#include "harness.hpp"
#include "io/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tapegrad;
  for (const bool convert : {false, true}) {
    fuzz::run(data, size, [&](const io::Input& input) {
      const io::Safetensors file = io::read_safetensors(input, {.convert = convert});
      for (const auto& [name, tensor] : file.tensors) fuzz::look_at(tensor);
    });
  }
  return fuzz::run(data, size, [](const io::Input& input) { (void)io::list_safetensors(input); });
}
