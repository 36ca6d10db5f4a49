// What becomes of captured steps before they are run: fewer steps, with the same results.
#pragma once

#include <unordered_set>

#include "autograd/capture.hpp"

namespace tapegrad {

inline Storage* storage_of(const Tensor& x) { return x.impl()->storage.get(); }

using Storages = std::unordered_set<const Storage*>;

/// What others can see after a run: results; and gradients, which are read by whoever looks at the
/// leaf, also after what the function did to them.
Storages handed_out(const Captured& captured);

/// Steps that nobody reads, and those that compute what others have, are dropped; those that would
/// compute the same in each run are done.
void simplify(Captured& captured, const Storages& needed);

/// Drops steps that compute what an earlier one has: who reads their results reads that one's.
/// (repeats.cpp)
void drop_repeats(Captured& captured, const Storages& needed);

}  // namespace tapegrad
