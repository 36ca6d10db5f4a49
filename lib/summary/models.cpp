// What Writer shows of models: graphs, parameters, embeddings.
#include <algorithm>
#include <set>
#include <utility>

#include "summary/embedding.hpp"
#include "summary/graph_event.hpp"
#include "summary/wall_time.hpp"
#include "summary/writer_impl.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/module.hpp"

namespace tapegrad::summary {
namespace {

std::string as_path(std::string name) {
  std::ranges::replace(name, '.', '/');
  return name;
}

}  // namespace

void Writer::add_graph(const std::vector<TapeRecord>& records) {
  add_event(0, graph_event({wall_time_now(), 0}, records));
}

void Writer::add_graph_of(const nn::Module* module, const Tensor& input,
                          const std::function<void(const Tensor&)>& forward) {
  if (module) module->named_parameters();  // a visit tells the parts their names
  Tensor shown;
  untraced([&] { shown = input.detach().named("input"); });
  copy_name(input, shown);
  const NoGrad guard;
  add_graph(trace([&] { forward(shown); }));
}

void Writer::add_histograms(const nn::Module& module, std::int64_t step) {
  impl().open();
  std::vector<std::pair<std::string, Tensor>> histograms;
  std::set<std::string> tags;
  const auto put = [&](const std::string& tag, const Tensor& values) {
    check<Error>(tags.insert(tag).second,
                 "add_histograms: two histograms for the tag \"{}\"; call one of these parameters "
                 "otherwise",
                 tag);
    histograms.emplace_back(tag, values);
  };
  for (const NamedTensor& parameter : module.named_parameters()) {
    const std::string tag = as_path(parameter.name);
    put(tag, parameter.tensor);
    const Tensor grad = parameter.tensor.grad();
    if (grad.defined()) put(tag + "/grad", grad);
  }
  for (const auto& [tag, values] : histograms) add_histogram(tag, values, step);
}

void Writer::add_embedding(std::string_view tag, const Tensor& points,
                           const std::vector<std::string>& labels, std::int64_t step) {
  EmbeddingMetadata metadata;
  if (!labels.empty()) metadata.columns = {"label"};
  for (const std::string& label : labels) metadata.rows.push_back({label});
  add_embedding(tag, points, metadata, step);
}

void Writer::add_embedding(std::string_view tag, const Tensor& points,
                           const EmbeddingMetadata& metadata, std::int64_t step) {
  impl().open();
  untraced([&] { write_embedding(impl_->directory, tag, points, metadata, step); });
}

}  // namespace tapegrad::summary
