// What becomes of the losses of the single elements.
#pragma once

#include <cstdint>

namespace [[gnu::visibility("default")]] tapegrad {

/// What becomes of the losses of the single elements.
enum class Reduction : std::uint8_t { none, mean, sum };

namespace nn {

struct LossOptions {
  Reduction reduction = Reduction::mean;
};

}  // namespace nn

}  // namespace tapegrad
