#include "harness.hpp"
#include "onnx/proto.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tapegrad;
  fuzz::run(data, size, [&](const io::Input& input) {
    const onnx::proto::Model model = onnx::proto::decoded(input.text(0, input.size), input.name);
    for (const auto& [name, x] : model.initializers) fuzz::look_at(x);
  });
  return 0;
}
