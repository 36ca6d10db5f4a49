#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tg = tapegrad;

namespace {

const std::vector<std::string> without_value{"NA", "?"};

std::vector<std::string> texts_of(const tg::io::CsvTable& csv, std::size_t column) {
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    std::string text = csv.text(row, column);
    const bool missing = std::ranges::find(without_value, text) != without_value.end();
    texts.push_back(missing ? std::string() : std::move(text));
  }
  return texts;
}

}  // namespace

tg::io::CsvTable open_table(const std::string& path) {
  return tg::io::load_csv(path, {.header = tg::io::CsvHeader::present,
                                 .missing = tg::io::CsvMissing::nan,
                                 .missing_texts = without_value});
}

Columns columns_of(const tg::io::CsvTable& csv, const std::string& target,
                   const std::vector<std::string>& coded) {
  csv.find(target);
  for (const std::string& name : coded) csv.find(name);
  Columns columns;
  for (std::size_t column = 0; column < csv.columns(); ++column) {
    const std::string name = csv.name(column);
    if (name == target) continue;
    const bool is_coded = std::ranges::find(coded, name) != coded.end();
    const bool is_numeric = !is_coded && csv.type_of(column).has_value();
    (is_numeric ? columns.numeric : columns.categorical).push_back(name);
  }
  return columns;
}

Table read_table(const tg::io::CsvTable& csv, const Columns& columns) {
  std::vector<std::size_t> places;
  for (const std::string& name : columns.numeric) places.push_back(csv.find(name));
  Table table{csv.values(places), {}};
  for (const std::string& name : columns.categorical) {
    table.categories.push_back(texts_of(csv, csv.find(name)));
  }
  return table;
}

Target read_target(const tg::io::CsvTable& csv, const std::string& column) {
  const std::size_t place = csv.find(column);
  const std::vector<std::string> texts = texts_of(csv, place);
  const auto missing = std::ranges::find(texts, std::string());
  if (missing != texts.end()) {
    csv.fail(static_cast<std::size_t>(missing - texts.begin()), place,
             fmt::format("no value of {}, which is to be predicted", column));
  }
  auto classes = tg::data::LabelEncoder::fit(texts);
  if (classes.size() != 2) {
    csv.fail(0, place,
             fmt::format("{} has {} different values, but two classes are told apart", column,
                         classes.size()));
  }
  tg::Tensor labels = classes.encode(texts);
  return {std::move(classes), std::move(labels)};
}
