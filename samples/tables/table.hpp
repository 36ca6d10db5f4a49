// A table of numbers and categories from a CSV file, as it stands there. What a model makes of it
// is encoding.hpp's business.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/tapegrad.hpp>
#include <vector>

/// The names of what a model is given.
struct Columns {
  std::vector<std::string> numeric;
  std::vector<std::string> categorical;
};

struct Table {
  tapegrad::Tensor numbers;  ///< [rows, columns.numeric], float64; NaN where one is missing
  std::vector<std::vector<std::string>> categories;  ///< by column; "" where one is missing
  std::int64_t rows() const { return numbers.size(0); }
};

/// A CSV file with a header. The cells "", "NA" and "?" are without a value, in columns of numbers
/// also "nan".
tapegrad::io::CsvTable open_table(const std::string& path);

/// All columns but the target: text is categorical, and so are the numbers of the columns that are
/// named in `coded`. Throws IoError for names that aren't there.
Columns columns_of(const tapegrad::io::CsvTable& csv, const std::string& target,
                   const std::vector<std::string>& coded);

/// Those columns. Throws IoError for one that isn't there, and with its place for a cell that is no
/// number where one must be.
Table read_table(const tapegrad::io::CsvTable& csv, const Columns& columns);

/// What is to be predicted: one of two classes.
struct Target {
  tapegrad::data::LabelEncoder classes;
  tapegrad::Tensor labels;  ///< [rows], int64: 1 for the second class, in the order of their bytes
};

/// Throws IoError for a cell without a value, and for more or fewer than two classes.
Target read_target(const tapegrad::io::CsvTable& csv, const std::string& column);
