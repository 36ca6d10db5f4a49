// The files that TensorBoard's projector reads: tables, and the list of them beside the events.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tapegrad/summary/writer.hpp"

namespace tapegrad::summary {

/// Writes the tables of one embedding and its entry in the list, in place of earlier ones of this
/// tag and step. Each file appears whole or not at all, also when several processes do this in one
/// folder.
void write_embedding(const std::string& directory, std::string_view tag, const Tensor& points,
                     const EmbeddingMetadata& metadata, std::int64_t step);

}  // namespace tapegrad::summary
