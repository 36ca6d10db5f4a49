#include "data/pixels.hpp"
#include "harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tapegrad;
  using data::Channels;
  for (const Channels channels : {Channels::gray, Channels::rgba}) {
    fuzz::run(bytes, size, [&](const io::Input& input) {
      fuzz::look_at(data::read_image(input.bytes(), input.name, channels));
    });
  }
  return 0;
}
