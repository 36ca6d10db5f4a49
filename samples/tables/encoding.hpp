// How the rows of a table become the rows of a tensor: fitted on the part for training, and kept
// with the model. Numbers stay as they are, NaN among them: what becomes of them is in the network,
// so that an exported one takes them so, too.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <tapegrad/tapegrad.hpp>
#include <vector>

#include "table.hpp"

class Encoding {
 public:
  Encoding() = default;
  /// Of the given rows. Each column has an index for what is unknown, which a category that fewer
  /// than `rare` of these rows have gets as well, so that there is something to learn for it.
  Encoding(Columns columns, const Table& table, std::span<const std::int64_t> rows,
           std::int64_t rare);

  const Columns& columns() const { return columns_; }
  std::int64_t numeric() const { return static_cast<std::int64_t>(columns_.numeric.size()); }
  /// How many indices each categorical column has; the last is that of what is unknown.
  std::vector<std::int64_t> sizes() const;

  /// float32 [rows, numeric + categorical]: numbers, then the indices of categories.
  tapegrad::Tensor encode(const Table& table) const;
  /// "dest XYZ": cells of a column whose category has no index of its own, each once.
  std::vector<std::string> unknown(const Table& table) const;

  /// Its entries, "encoding...." each.
  void add_to(tapegrad::StateDict& state) const;
  /// Throws Error for a state without them.
  explicit Encoding(const tapegrad::StateDict& state);

 private:
  Columns columns_;
  std::vector<tapegrad::data::LabelEncoder> encoders_;
};

/// The entries of a state whose names begin with `prefix`, without it.
tapegrad::StateDict below(const tapegrad::StateDict& state, const std::string& prefix);
