// Tensors put together and taken apart. Views of one tensor are methods: tensor.hpp.
#pragma once

#include "tapegrad/ops/shape/join.hpp"
#include "tapegrad/ops/shape/split.hpp"
