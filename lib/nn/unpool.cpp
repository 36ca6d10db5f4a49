#include "tapegrad/nn/unpool.hpp"

#include "nn/python_text.hpp"

namespace tapegrad::nn {

std::string detail::unpool_text(const Dims& kernel_size, const MaxUnpoolOptions& options) {
  return fmt::format("kernel_size={}, stride={}, padding={}", python_text(kernel_size),
                     python_text(options.stride.empty() ? kernel_size : options.stride),
                     python_text(options.padding));
}

}  // namespace tapegrad::nn
