// What the files with several tensors hold.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace io {

/// Tensors with their names, in the order of the file.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

}  // namespace io
}  // namespace tapegrad
