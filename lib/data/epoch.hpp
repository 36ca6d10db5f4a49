// The order of an epoch, cut into batches.
#pragma once

#include "tapegrad/data/loader.hpp"

namespace tapegrad::data {

/// The examples of the epoch, batch by batch: those of batch k from k * batch_size on. Throws Error
/// for a sampler that gives more or fewer than it says, IndexError for an example without length.
Indices order_of(const Sampler& sampler, const DataLoaderOptions& options, std::int64_t epoch);

/// How many batches it has.
std::int64_t batches_of(std::int64_t examples, const DataLoaderOptions& options);

}  // namespace tapegrad::data
