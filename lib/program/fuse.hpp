// Neighbouring steps that work element by element become one, which runs all of them on one piece
// after another: what one of them writes is still in the cache when the next reads it, and most of
// it never needs a place in memory.
#pragma once

#include <unordered_set>
#include <vector>

#include "autograd/capture.hpp"

namespace tapegrad {

/// `needed` are storages that are read elsewhere than by the steps.
std::vector<Step> fused(std::vector<Step> steps, const std::unordered_set<const Storage*>& needed);

}  // namespace tapegrad
