// What is computed along sequences: each place from other places, at once (attention) or one after
// the other (recurrent).
#pragma once

#include "tapegrad/ops/sequence/attention.hpp"
#include "tapegrad/ops/sequence/recurrent.hpp"
