#include "data/vocabulary_file.hpp"
#include "harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tapegrad;
  return fuzz::run(bytes, size, [](const io::Input& input) {
    data::read_vocabulary(input.text(0, input.size), input.name);
  });
}
