// The files that TensorBoard's projector reads: tables, and the list of them beside the events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "io/folder_lock.hpp"
#include "tapegrad/summary/writer.hpp"

namespace tapegrad::summary {

/// What is written of an embedding.
struct Embedding {
  std::string tag;
  std::int64_t step = 0;
  std::string points = {};
  std::optional<std::string> metadata = std::nullopt;

  std::size_t bytes() const { return points.size() + (metadata ? metadata->size() : 0); }
};

/// Throws for what can't be shown.
Embedding prepare_embedding(std::string_view tag, const Tensor& points,
                            const EmbeddingMetadata& metadata, std::int64_t step);

/// Writes the tables of one embedding and its entry in the list, in place of earlier ones of this
/// tag and step. Each file appears whole or not at all, also when several processes do this in one
/// folder.
void write_embedding(const std::string& directory, const Embedding& embedding,
                     const io::LockOptions& patience);

}  // namespace tapegrad::summary
