#include "session/replay.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "autograd/apply.hpp"
#include "autograd/capture.hpp"
#include "core/check.hpp"
#include "core/unknown.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad {
namespace {

/// A result is of no size that was made up while the graph was built, as known as that by
/// set_shape(), and lies within its memory: a view that was told a part of an unknown size may not.
void check_result(const GraphNode& node, std::size_t place, const Tensor& now) {
  const TensorImpl& impl = impl_of(now);
  const auto bytes = static_cast<std::size_t>(impl.layout.extent(node.kind)) * size_of(impl.dtype);
  const bool possible = std::ranges::all_of(now.shape(), [](auto size) { return size >= 0; });
  check<ShapeError>(possible && !has_unknown(now.shape()) && bytes <= impl.storage->bytes,
                    "session: {} was told a number that was made of an unknown size when the graph "
                    "was built, and can't be told another: it gives shape {}; let operations "
                    "compute it, or capture the function",
                    node.kind, now.shape());
  const Tensor& built = node.outputs[place];
  if (!node.fixed) return;
  bool fits = built.shape().size() == now.shape().size();
  for (std::size_t d = 0; fits && d < built.shape().size(); ++d) {
    fits = is_unknown(built.shape()[d]) || built.shape()[d] == now.shape()[d];
  }
  check<ShapeError>(fits, "session: {} gives shape {}, and set_shape() said {}", node.kind,
                    now.shape(), built.shape());
}

}  // namespace

Replay::Replay(std::shared_ptr<const GraphImpl> graph, Question question)
    : graph_(std::move(graph)), question_(std::move(question)) {
  std::vector<bool> needed(graph_->nodes.size());
  mark(needed);
  for (std::size_t i = 0; i < needed.size(); ++i) {
    if (!needed[i]) continue;
    const GraphNode& node = graph_->nodes[i];
    if (node.kind == "variable") variables_.push_back(i);
    if (node.kind == "placeholder") {
      fail<Error>("session: feed \"{}\", of {} and shape {}", graph_->names()[i],
                  node.outputs[0].dtype(), node.outputs[0].shape());
    }
    needed_.push_back(i);
  }
}

/// Goes back over the nodes: each is younger than what it reads.
void Replay::mark(std::vector<bool>& needed) const {
  std::unordered_set<const TensorImpl*> fed;
  for (const GraphImpl::Place place : question_.fed) fed.insert(graph_->at(place).impl());
  const auto is_made = [&](const Tensor& x) { return graph_->has(x) && !fed.contains(x.impl()); };
  for (const GraphImpl::Place place : question_.fetched) {
    if (is_made(graph_->at(place))) needed[place.node] = true;
  }
  for (const std::size_t node : question_.done) needed[node] = true;
  const auto node_of = [&](const Tensor& x) { return graph_->makers.at(x.impl()).node; };
  for (std::size_t i = needed.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const Tensor& x : graph_->nodes[i].inputs) {
      if (is_made(x)) needed[node_of(x)] = true;
    }
  }
  // What only refuses some values belongs to whoever uses these.
  for (std::size_t i = 0; i < needed.size(); ++i) {
    const GraphNode& node = graph_->nodes[i];
    if (needed[i] || !node.operation || !node.operation->has_effect() || node.inputs.empty()) {
      continue;
    }
    needed[i] = std::ranges::all_of(
        node.inputs, [&](const Tensor& x) { return !is_made(x) || needed[node_of(x)]; });
  }
}

/// The operations' own checks were made for sizes of the graph: what is fed must be so, and unknown
/// sizes of one dimension the same, as they were there.
void Replay::check_fits(GraphImpl::Place place, const Tensor& value, KnownSizes& sizes) const {
  const Tensor& x = graph_->at(place);
  if (value.dtype() != x.dtype()) {
    fail<DTypeError>("session: {} is {}, and was fed {}; convert it", graph_->name_of(place),
                     x.dtype(), value.dtype());
  }
  const Shape& shape = x.shape();
  const Shape& now = value.shape();
  const bool same_rank = shape.size() == now.size();
  for (std::size_t d = 0; d < shape.size() && same_rank; ++d) {
    if (shape[d] != stand_ins[d] || !is_unknown(shape[d])) continue;
    if (now[d] == 0) {
      fail<ShapeError>("session: {} has shape {}, and was fed {}: an unknown size can't be 0",
                       graph_->name_of(place), shape, now);
    }
    if (const auto other = sizes.learn(d, now[d])) {
      fail<ShapeError>(
          "session: {} has shape {}, and was fed {}: the unknown size of dimension {} "
          "is {} in another feed, and must be one in a run",
          graph_->name_of(place), shape, now, d, *other);
    }
  }
  bool fits = same_rank;
  for (std::size_t d = 0; d < shape.size() && fits; ++d) fits = sizes(shape[d]) == now[d];
  if (!fits) {
    fail<ShapeError>("session: {} has shape {}, and was fed {}", graph_->name_of(place), shape,
                     now);
  }
}

TensorList Replay::results_of(const GraphNode& node, const TensorList& inputs,
                              const NewSize& sizes) const {
  if (node.call) return node.call(inputs);
  const std::unique_ptr<const Operation> resized = node.operation->resized(sizes);
  return captured_and_recorded(resized ? *resized : *node.operation, pointers_to(inputs));
}

TensorList Replay::operator()(const TensorList& feeds) const {
  captured_graph();
  KnownSizes sizes;
  std::unordered_map<const TensorImpl*, Tensor> values;
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    check_fits(question_.fed[i], feeds[i], sizes);
    values.emplace(graph_->at(question_.fed[i]).impl(), feeds[i]);
  }
  const auto value_of = [&](const Tensor& x) {
    const auto found = values.find(x.impl());
    return found == values.end() ? x : found->second;
  };
  for (const std::size_t i : needed_) {
    const GraphNode& node = graph_->nodes[i];
    if (!node.operation && !node.call) continue;  // a variable
    TensorList inputs;
    for (const Tensor& x : node.inputs) inputs.push_back(value_of(x));
    const ScopeGuard scope(node.scope);
    const GradMode recording(node.recorded);
    const TensorList results = results_of(node, inputs, sizes);
    for (std::size_t k = 0; k < results.size(); ++k) {
      check_result(node, k, results[k]);
      values.insert_or_assign(node.outputs[k].impl(), results[k]);
    }
  }
  TensorList fetched;
  for (const GraphImpl::Place place : question_.fetched) {
    fetched.push_back(value_of(graph_->at(place)));
  }
  return fetched;
}

void Replay::check_initialized() const {
  for (const std::size_t i : variables_) {
    const Tensor& x = graph_->nodes[i].outputs[0];
    if (x.impl()->storage->data) continue;
    fail<Error>(
        "session: variable \"{}\" of shape {} has no values yet; run the graph's initializer() "
        "first",
        graph_->names()[i], x.shape());
  }
}

}  // namespace tapegrad
