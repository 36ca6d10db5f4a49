// The state file of a folder of checkpoints. What it is read into must be printed and read again as
// the same.
#include <cstdlib>
#include <string_view>

#include "harness.hpp"
#include "io/checkpoint_state.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tapegrad;
  return fuzz::run(data, size, [](const io::Input& input) {
    const auto state = io::parse_checkpoint_state(input.text(0, input.size));
    if (!state) return;
    const auto again = io::parse_checkpoint_state(io::print_checkpoint_state(*state));
    if (!again || again->newest != state->newest || again->all != state->all) std::abort();
  });
}
