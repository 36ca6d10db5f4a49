// Rows of an array in a file.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/open_file.hpp"
#include "io/elements.hpp"

namespace tapegrad::data {

class ArrayRows {
 public:
  /// Of an .npy file. Throws IoError for one that can't be read so.
  ArrayRows(std::string_view operation, const std::string& path);

  std::int64_t count() const { return count_; }
  const std::string& path() const { return file_.path(); }

  /// These rows, which the caller knows to be there: [indices.size(), ...].
  Tensor read(std::span<const std::int64_t> indices) const;

 private:
  Shape shape_of(std::int64_t rows) const;
  /// [begin, begin + rows) of the file to the same number of rows of a tensor's memory.
  void read_run(std::int64_t begin, std::int64_t rows, std::span<std::byte> to) const;
  void make_native(std::span<std::byte> bytes) const;
  Tensor read_from_file(std::span<const std::int64_t> indices) const;

  OpenFile file_;
  std::uint64_t begin_ = 0;
  DType dtype_ = float32;
  io::ByteOrder order_ = io::ByteOrder::little;
  Shape row_;
  std::int64_t count_ = 0;
  std::size_t row_bytes_ = 0;
  Tensor whole_;  // undefined where it is too large for that
};

}  // namespace tapegrad::data
