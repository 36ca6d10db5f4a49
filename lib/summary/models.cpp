// What Writer shows of models: graphs, parameters, embeddings.
#include <algorithm>
#include <set>
#include <utility>

#include "io/system_error.hpp"
#include "summary/embedding.hpp"
#include "summary/graph_event.hpp"
#include "summary/wall_time.hpp"
#include "summary/writer_impl.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/sparse_grad.hpp"

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
  check_defined("add_graph", 1, input);
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
    const auto rows = sparse_grad(parameter.tensor);
    const Tensor grad = rows ? rows->to_dense() : parameter.tensor.grad();
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
  EventQueue& events = impl().open();
  check_defined("add_embedding", tag, points);
  Embedding embedding;
  untraced([&] { embedding = prepare_embedding(tag, points, metadata, step); });
  const std::string& directory = impl_->directory;
  const WriterOptions& options = impl_->options;
  try {
    // Not past one that waits: the later of two with one tag and step is what stays.
    if (!events.has_files()) {
      write_embedding(directory, embedding, {options.lock_seconds, options.on_wait});
      return;
    }
  } catch (const io::MayPass&) {
    // What is said of it is said by flush(), as of all that waits.
  }
  const std::size_t bytes = embedding.bytes();
  events.push(FilesItem{{wall_time_now(), step}, bytes, [directory, embedding] {
                          // Nobody sees how long a thread waits; it tries again.
                          write_embedding(directory, embedding, {.timeout_seconds = 1});
                        }});
}

}  // namespace tapegrad::summary
