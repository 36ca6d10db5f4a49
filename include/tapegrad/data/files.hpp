// Datasets from files of numbers. What is larger than memory is read row by row, from files that
// must stay as they are meanwhile: one that becomes shorter is an IoError.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tapegrad/data/dataset.hpp"
#include "tapegrad/data/encode.hpp"
#include "tapegrad/io/csv.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

class ArrayRows;
class CsvRows;

/// Rows of arrays in .npy files. What is at most 64 MiB is read when it is opened, of larger arrays
/// each batch reads its rows.
class NpyDataset : public Dataset {
 public:
  /// x: an array [n, ...], y: another [n, ...] or none. Throws IoError as io::load_npy() does, and
  /// for an array of rank 0, one in Fortran's order or a pipe; ShapeError where n differs.
  explicit NpyDataset(const std::string& x, const std::string& y = "");

  std::int64_t size() const override;

 protected:
  Example example(std::int64_t index, Generator& random) const override;
  std::optional<Batch> stacked(std::span<const std::int64_t> indices) const override;

 private:
  std::shared_ptr<const ArrayRows> x_;
  std::shared_ptr<const ArrayRows> y_;
};

/// The arrays of these names in an .npz file, which is read whole; no y where its name is "".
/// Throws IoError as io::load_npz() does, ShapeError as TensorDataset.
TensorDataset from_npz(const std::string& path, const std::string& x = "x",
                       const std::string& y = "y");

/// IDX files such as MNIST's, read whole: images uint8 [n, 28, 28], labels uint8 [n], made int64;
/// no labels where that path is "". Throws IoError as io::load_idx() does, ShapeError as
/// TensorDataset.
TensorDataset from_idx(const std::string& x, const std::string& y = "");

/// Which columns of a table are what.
struct CsvColumns {
  /// By their names ("column 1", "column 2", ... without a header), in this order; all but y's
  /// where it is empty.
  std::vector<std::string> x = {};
  /// The target; none where it is "".
  std::string y = {};
  DType x_dtype = float32;
  DType y_dtype = int64;
  /// For columns of text among x, by their names: the numbers of their categories, as x_dtype.
  std::map<std::string, LabelEncoder> categories = {};
  /// For a target of text: its numbers, int64. from_csv() fits one where `y_dtype` is int64 and the
  /// column has texts that are no numbers, so that the order is that of LabelEncoder::fit().
  std::optional<LabelEncoder> labels = std::nullopt;
  io::CsvOptions csv = {};
};

/// A table that is read whole: x of shape [n, columns], y of [n]. Throws IoError as io::load_csv()
/// and CsvTable::values() do, for a text that `labels` or `categories` don't know,
/// and for a target of numbers that aren't whole where `y_dtype` is a type of integers.
TensorDataset from_csv(const std::string& path, const CsvColumns& columns = {});
TensorDataset from_csv(const io::CsvTable& table, const CsvColumns& columns = {});

/// A table of which each batch reads its rows: when it is opened, it is only looked through for
/// where they begin (8 bytes of memory for each). x of shape [columns], y of rank 0.
///   Throws IoError as from_csv() does; what is wrong with a cell is found when it is read, and the
/// error names the row, counted from 1 below the header.
class CsvDataset : public Dataset {
 public:
  explicit CsvDataset(const std::string& path, const CsvColumns& columns = {});

  std::int64_t size() const override;

 protected:
  Example example(std::int64_t index, Generator& random) const override;
  std::optional<Batch> stacked(std::span<const std::int64_t> indices) const override;

 private:
  std::shared_ptr<const CsvRows> rows_;
};

}  // namespace data
}  // namespace tapegrad
