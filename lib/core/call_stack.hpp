// Who called: the frames of the stack as numbers, and as a place in the program's sources when
// somebody asks.
#pragma once

#include <array>
#include <memory>
#include <string>

namespace tapegrad {

struct CallStack {
  std::array<void*, 62> frames{};
  int count = 0;
};

/// Of this thread, now.
std::shared_ptr<const CallStack> call_stack();

/// The innermost frame that isn't the library's: "train.cpp:42" where the program was compiled with
/// -g, else its place in the binary.
std::string caller_in(const CallStack& stack);

}  // namespace tapegrad
