// How a file becomes a training and a test part.
#include "dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tapegrad/tapegrad.hpp>
#include <utility>

namespace tg = tapegrad;

namespace {

using tg::io::CsvTable;

// Labels in the order that makes the second one count as 1, each with the number it stands for.
using Labels = std::vector<std::pair<double, std::string>>;

Labels read_labels(const CsvTable& table, std::size_t column) {
  Labels labels;
  labels.reserve(table.rows());
  if (table.type_of(column)) {
    for (const double label : table.column(column).to_vector<double>()) {
      labels.emplace_back(label, "");
    }
    return labels;
  }
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::string text = table.text(row, column);
    if (text.empty()) table.fail(row, column, "the label is missing");
    labels.emplace_back(0.0, std::move(text));
  }
  return labels;
}

std::string shown(const Labels::value_type& label) {
  return label.second.empty() ? fmt::format("{}", label.first) : label.second;
}

Labels two_of(const Labels& labels, const CsvTable& table, std::size_t column) {
  Labels found;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (std::find(found.begin(), found.end(), labels[row]) != found.end()) continue;
    if (found.size() == 2) {
      table.fail(
          row, column,
          fmt::format("column \"{}\": a third label \"{}\" beside \"{}\" and \"{}\"; two are "
                      "needed",
                      table.name(column), shown(labels[row]), shown(found[0]), shown(found[1])));
    }
    found.push_back(labels[row]);
  }
  if (found.size() < 2) {
    table.fail(0, column,
               fmt::format("column \"{}\": every label is \"{}\"; two are needed",
                           table.name(column), shown(found[0])));
  }
  std::sort(found.begin(), found.end());
  return found;
}

Dataset rows_of(const Dataset& all, std::vector<std::int64_t> rows) {
  std::sort(rows.begin(), rows.end());
  const tg::Tensor index = tg::Tensor::from_vector(std::move(rows));
  return {all.features, all.labels, tg::index_select(all.x, 0, index),
          tg::index_select(all.y, 0, index)};
}

std::vector<std::int64_t> shuffled(const std::vector<std::int64_t>& rows) {
  const auto count = static_cast<std::int64_t>(rows.size());
  std::vector<std::int64_t> result;
  for (const std::int64_t position : tg::randperm(count).to_vector<std::int64_t>()) {
    result.push_back(rows[static_cast<std::size_t>(position)]);
  }
  return result;
}

}  // namespace

Dataset read_dataset(const std::string& file, const std::string& target) {
  const CsvTable table = tg::io::load_csv(file, {.header = tg::io::CsvHeader::present});
  const std::size_t label_column = table.find(target);
  if (table.columns() < 2) {
    table.fail(0, 0, "no column beside the target; a feature is needed");
  }
  const Labels labels = read_labels(table, label_column);
  const Labels classes = two_of(labels, table, label_column);

  Dataset data{{}, {shown(classes[0]), shown(classes[1])}, {}, {}};
  std::vector<std::size_t> features;
  for (std::size_t column = 0; column < table.columns(); ++column) {
    if (column == label_column) continue;
    features.push_back(column);
    data.features.push_back(table.name(column));
  }
  data.x = table.values(features);
  std::vector<double> y;
  for (const auto& label : labels) y.push_back(label == classes[1] ? 1 : 0);
  const auto rows = static_cast<std::int64_t>(y.size());
  data.y = tg::Tensor::from_vector(std::move(y), {rows, 1});
  return data;
}

Split stratified_split(const Dataset& all, double test_fraction) {
  std::array<std::vector<std::int64_t>, 2> rows_with;
  const std::vector<double> y = all.y.to_vector<double>();
  for (std::size_t row = 0; row < y.size(); ++row) {
    rows_with[y[row] == 1 ? 1 : 0].push_back(static_cast<std::int64_t>(row));
  }
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> test;
  for (const auto& same_label : rows_with) {
    const std::vector<std::int64_t> order = shuffled(same_label);
    const auto wanted = std::llround(test_fraction * static_cast<double>(order.size()));
    const auto held_out = std::min(wanted, static_cast<long long>(order.size()) - 1);
    test.insert(test.end(), order.begin(), order.begin() + held_out);
    train.insert(train.end(), order.begin() + held_out, order.end());
  }
  return {rows_of(all, std::move(train)), rows_of(all, std::move(test))};
}

void standardise(Split& split) {
  const tg::Tensor& x = split.train.x;
  const tg::Tensor mean = tg::mean(x, 0, tg::keepdim);
  const tg::Tensor deviation = tg::sqrt(tg::mean(tg::square(x - mean), 0, tg::keepdim));
  const tg::Tensor constant = tg::amax(x, 0, tg::keepdim) == tg::amin(x, 0, tg::keepdim);
  const std::vector<double> deviations = deviation.to_vector<double>();
  for (std::size_t feature = 0; feature < deviations.size(); ++feature) {
    if (std::isfinite(deviations[feature])) continue;
    throw std::runtime_error(
        fmt::format("column \"{}\": its standard deviation is beyond double; scale it",
                    split.train.features[feature]));
  }
  split.origin = mean;
  split.unit = tg::where(constant, tg::ones_like(deviation), deviation);
  split.train.x = (split.train.x - split.origin) / split.unit;
  split.test.x = (split.test.x - split.origin) / split.unit;
  const tg::NameScope data("data");
  split.train.x.named("x");
  split.train.y.named("y");
}
