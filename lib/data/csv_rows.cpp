// Tables larger than memory: rows are parsed when they are asked for.
#include <algorithm>

#include "core/check.hpp"
#include "data/csv_examples.hpp"
#include "data/line_file.hpp"
#include "io/csv_cells.hpp"

namespace tapegrad::data {

class CsvRows {
 public:
  CsvRows(const std::string& path, const CsvColumns& columns)
      : lines_("CsvDataset", path, columns.csv.delimiter), columns_(columns) {
    const Indices first{0, 1};
    const auto some =
        std::span(first).first(static_cast<std::size_t>(std::min<std::int64_t>(2, lines_.count())));
    const io::CsvTable start = parsed(lines_.text(some), path);
    width_ = start.columns();
    header_ = start.has_header() ? 1 : 0;
    places_ = places_of("CsvDataset", start, columns_);
    columns_.csv.header = io::CsvHeader::absent;
  }

  std::int64_t count() const { return lines_.count() - header_; }

  Batch read(std::span<const std::int64_t> rows) const {
    Indices lines;
    for (const std::int64_t row : rows) lines.push_back(row + header_);
    try {
      return batch(lines, lines_.file().path());
    } catch (const IoError&) {
      // Its place is one in the text that was put together here: find the row.
      for (const std::int64_t& line : lines) {
        batch({&line, 1}, fmt::format("{}, row {}", lines_.file().path(), line - header_ + 1));
      }
      throw;
    }
  }

 private:
  Batch batch(std::span<const std::int64_t> lines, const std::string& name) const {
    const io::CsvTable table = parsed(lines_.text(lines), name);
    check<IoError>(table.columns() == width_ && table.rows() == lines.size(),
                   "CsvDataset: {} rows of {} cells, where {} rows of {} were asked for: {}",
                   table.rows(), table.columns(), lines.size(), width_, name);
    return batch_of(table, places_, columns_);
  }

  io::CsvTable parsed(std::string text, const std::string& name) const {
    const auto owner = std::make_shared<std::string>(std::move(text));
    return io::read_csv({.operation = "CsvDataset",
                         .name = name,
                         .data = reinterpret_cast<std::byte*>(owner->data()),
                         .size = owner->size(),
                         .owner = owner},
                        columns_.csv);
  }

  LineFile lines_;
  CsvColumns columns_;
  CsvPlaces places_;
  std::size_t width_ = 0;
  std::int64_t header_ = 0;
};

CsvDataset::CsvDataset(const std::string& path, const CsvColumns& columns)
    : rows_(std::make_shared<const CsvRows>(path, columns)) {}

std::int64_t CsvDataset::size() const { return rows_->count(); }

Example CsvDataset::example(std::int64_t index, Generator&) const {
  const Batch one = rows_->read({&index, 1});
  return {one.x.select(0, 0), one.y.defined() ? one.y.select(0, 0) : Tensor()};
}

std::optional<Batch> CsvDataset::stacked(std::span<const std::int64_t> indices) const {
  if (indices.empty()) return std::nullopt;
  return rows_->read(indices);
}

}  // namespace tapegrad::data
