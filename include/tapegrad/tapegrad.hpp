// Everything but the bridges to other libraries: xtensor.hpp and catch.hpp.
#pragma once

#include "tapegrad/autograd.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/ops/binary.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/extreme.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/softmax.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"
