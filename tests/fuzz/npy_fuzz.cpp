#include "harness.hpp"
#include "io/npy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tapegrad;
  for (const bool convert : {false, true}) {
    fuzz::run(data, size, [&](const io::Input& input) {
      fuzz::look_at(io::read_npy(input, {.convert = convert}));
    });
  }
  return 0;
}
