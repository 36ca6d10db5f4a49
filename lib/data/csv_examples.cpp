#include "data/csv_examples.hpp"

#include "core/check.hpp"
#include "io/csv_numbers.hpp"
#include "io/input.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::data {
namespace {

std::vector<std::string> texts_of(const io::CsvTable& table, std::size_t column) {
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < table.rows(); ++row) texts.push_back(table.text(row, column));
  return texts;
}

std::size_t find(const io::CsvTable& table, const std::string& name) {
  for (std::size_t column = 0; !table.has_header() && column < table.columns(); ++column) {
    if (table.name(column) == name) return column;
  }
  return table.find(name);
}

/// The number of a text; an unknown one is an error about its cell.
Tensor encoded(const io::CsvTable& table, std::size_t column, const LabelEncoder& labels) {
  std::vector<std::int64_t> indices;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    try {
      indices.push_back(labels.index(table.text(row, column)));
    } catch (const Error& error) {
      table.fail(row, column, error.what());
    }
  }
  return Tensor::from_vector(std::move(indices));
}

/// A target of numbers: those of classes are whole. The cell that isn't is an error, and no class.
void check_whole(const io::CsvTable& table, std::size_t column) {
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string text = table.text(row, column);
    std::int64_t number = 0;
    if (io::parse(text, number) == io::Parsed::number) continue;
    table.fail(row, column,
               fmt::format("y: {} is no whole number of int64; for a target of numbers say y_dtype "
                           "= float32, for classes of such names labels",
                           io::shown(text)));
  }
}

/// Columns of numbers at once, those of categories one by one.
Tensor inputs_of(const io::CsvTable& table, const CsvPlaces& places, DType dtype) {
  if (places.categories.empty()) return table.values(places.x, dtype);
  std::vector<std::size_t> numbers;
  for (const std::size_t column : places.x) {
    if (!places.categories.contains(column)) numbers.push_back(column);
  }
  const Tensor values = table.values(numbers, dtype);
  Tensor result = empty({table.rows(), places.x.size()}, {.dtype = dtype});
  std::int64_t next = 0;
  for (std::size_t i = 0; i < places.x.size(); ++i) {
    const auto category = places.categories.find(places.x[i]);
    result.select(1, static_cast<std::int64_t>(i))
        .copy_(category == places.categories.end()
                   ? values.select(1, next++)
                   : encoded(table, category->first, category->second));
  }
  return result;
}

}  // namespace

CsvPlaces places_of(std::string_view operation, const io::CsvTable& table,
                    const CsvColumns& columns) {
  CsvPlaces places;
  if (!columns.y.empty()) places.y = find(table, columns.y);
  for (const std::string& name : columns.x) places.x.push_back(find(table, name));
  for (std::size_t column = 0; columns.x.empty() && column < table.columns(); ++column) {
    if (places.y != column) places.x.push_back(column);
  }
  for (const auto& [name, encoder] : columns.categories) {
    places.categories.emplace(find(table, name), encoder);
  }
  check<Error>(!places.x.empty(), "{}: the only column of the {} is y; there is no x", operation,
               table.columns());
  return places;
}

Batch batch_of(const io::CsvTable& table, const CsvPlaces& places, const CsvColumns& columns) {
  Batch batch{inputs_of(table, places, columns.x_dtype), {}};
  if (!places.y) return batch;
  batch.y = columns.labels ? encoded(table, *places.y, *columns.labels)
                           : table.column(*places.y, columns.y_dtype);
  return batch;
}

TensorDataset from_csv(const io::CsvTable& table, const CsvColumns& columns) {
  const CsvPlaces places = places_of("from_csv", table, columns);
  CsvColumns known = columns;
  if (places.y && !columns.labels && columns.y_dtype == int64) {
    const std::optional<DType> type = table.type_of(*places.y);
    if (!type) known.labels = LabelEncoder::fit(texts_of(table, *places.y));
    if (type == float64) check_whole(table, *places.y);
  }
  const Batch all = batch_of(table, places, known);
  return TensorDataset(all.x, all.y);
}

TensorDataset from_csv(const std::string& path, const CsvColumns& columns) {
  return from_csv(io::load_csv(path, columns.csv), columns);
}

}  // namespace tapegrad::data
