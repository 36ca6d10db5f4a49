#include "harness.hpp"
#include "io/npy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tapegrad;
  for (const bool convert : {false, true}) {
    fuzz::run(data, size, [&](const io::Input& input) {
      for (const auto& [name, tensor] : io::read_npz(input, {.convert = convert})) {
        fuzz::look_at(tensor);
      }
    });
  }
  return fuzz::run(data, size, [](const io::Input& input) { (void)io::list_npz(input); });
}
