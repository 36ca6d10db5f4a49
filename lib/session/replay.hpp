// The part of a graph that some results need, as a function of what is fed: its operations once
// more, on other tensors.
#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <vector>

#include "autograd/graph_impl.hpp"
#include "core/unknown.hpp"

namespace tapegrad {

/// What is asked of a graph.
struct Question {
  std::vector<GraphImpl::Place> fetched = {};
  /// Nodes that give nothing.
  std::vector<std::size_t> done = {};
  std::vector<GraphImpl::Place> fed = {};
  friend auto operator<=>(const Question&, const Question&) = default;
};

class Replay {
 public:
  /// Throws Error for a placeholder that is needed and not fed.
  Replay(std::shared_ptr<const GraphImpl> graph, Question question);

  /// What is fetched, for what is fed, in the order of the question.
  TensorList operator()(const TensorList& feeds) const;
  /// Throws Error for a variable without values.
  void check_initialized() const;

 private:
  void mark(std::vector<bool>& needed) const;
  void check_fits(GraphImpl::Place place, const Tensor& value, KnownSizes& sizes) const;
  TensorList results_of(const GraphNode& node, const TensorList& inputs,
                        const NewSize& sizes) const;

  std::shared_ptr<const GraphImpl> graph_;
  Question question_;
  std::vector<std::size_t> needed_;
  /// Those of them that are variables.
  std::vector<std::size_t> variables_;
};

}  // namespace tapegrad
