// Tables as examples: which columns are x and which is y.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "tapegrad/data/files.hpp"

namespace tapegrad::data {

/// The columns by their places.
struct CsvPlaces {
  std::vector<std::size_t> x;
  std::map<std::size_t, LabelEncoder> categories;
  std::optional<std::size_t> y;
};

/// Throws IoError for a name that the table hasn't, Error in `operation`'s name where nothing is
/// left for x.
CsvPlaces places_of(std::string_view operation, const io::CsvTable& table,
                    const CsvColumns& columns);

/// All rows of the table: x of shape [rows, columns].
Batch batch_of(const io::CsvTable& table, const CsvPlaces& places, const CsvColumns& columns);

}  // namespace tapegrad::data
