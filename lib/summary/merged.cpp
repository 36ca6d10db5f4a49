#include "tapegrad/summary/merged.hpp"

#include <utility>

#include "core/check.hpp"
#include "tapegrad/summary/writer.hpp"

namespace tapegrad::summary {
namespace {

constexpr std::string_view collection_of(SummaryKind kind) {
  return kind == SummaryKind::scalar ? "summaries/scalar" : "summaries/histogram";
}

}  // namespace

std::vector<Fetch> Summary::fetches() const {
  std::vector<Fetch> fetches;
  for (const Values::Value& one : list_) fetches.emplace_back(one.tensor);
  return fetches;
}

Values Summary::of(std::vector<Tensor> values) const {
  check_defined("of", values);
  check<Error>(values.size() == list_.size(), "of: {} values for {} summaries", values.size(),
               list_.size());
  Values result{list_};
  for (std::size_t i = 0; i < values.size(); ++i) result.list[i].tensor = std::move(values[i]);
  return result;
}

Summary scalar(std::string_view tag, const Tensor& x) {
  check_defined("scalar", tag, x);
  check<ShapeError>(x.numel() == 1, "scalar: \"{}\" has shape {}, and is no single number", tag,
                    x.shape());
  collect(collection_of(SummaryKind::scalar), tag, x);
  Summary summary;
  summary.list_ = {{SummaryKind::scalar, std::string(tag), x}};
  return summary;
}

Summary histogram(std::string_view tag, const Tensor& x) {
  check_defined("histogram", tag, x);
  collect(collection_of(SummaryKind::histogram), tag, x);
  Summary summary;
  summary.list_ = {{SummaryKind::histogram, std::string(tag), x}};
  return summary;
}

Summary merge(const std::vector<Summary>& summaries) {
  Summary all;
  for (const Summary& one : summaries) {
    all.list_.insert(all.list_.end(), one.list_.begin(), one.list_.end());
  }
  return all;
}

Summary merge_all(const Graph& graph) {
  Summary all;
  for (const SummaryKind kind : {SummaryKind::scalar, SummaryKind::histogram}) {
    for (const NamedTensor& one : graph.collection(collection_of(kind))) {
      all.list_.push_back({kind, one.name, one.tensor});
    }
  }
  return all;
}

void Writer::add_summary(const Values& values, std::int64_t step) {
  for (const auto& [kind, tag, tensor] : values.list) {
    if (kind == SummaryKind::scalar) {
      add_scalar(tag, tensor.item<double>(), step);
    } else {
      add_histogram(tag, tensor, step);
    }
  }
}

}  // namespace tapegrad::summary
