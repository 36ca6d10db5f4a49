// Summaries of a graph's tensors: a session computes them, a writer writes them.
//
//   tg::summary::scalar("error", error);
//   tg::summary::histogram("weights", weights);
//   const auto merged = tg::summary::merge_all(graph);
//   writer.add_summary(session.run(merged, feeds), step);
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/session.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace summary {

enum class SummaryKind { scalar, histogram };

/// What a session computed for a summary: Writer::add_summary() takes it.
struct Values {
  struct Value {
    SummaryKind kind;
    std::string tag;
    Tensor tensor;
  };
  std::vector<Value> list;
};

/// Tensors of a graph with the tags that they have in TensorBoard, for Session::run().
class Summary {
 public:
  /// The tensors, as Session::run() asks for them.
  std::vector<Fetch> fetches() const;
  /// What run() gives: the values of fetches(), with the tags. Throws Error for another number.
  Values of(std::vector<Tensor> values) const;

 private:
  friend Summary scalar(std::string_view tag, const Tensor& x);
  friend Summary histogram(std::string_view tag, const Tensor& x);
  friend Summary merge(const std::vector<Summary>& summaries);
  friend Summary merge_all(const Graph& graph);
  std::vector<Values::Value> list_;
};

/// A number of each run. Throws Error for a tensor of no graph, ShapeError unless it has one
/// element.
Summary scalar(std::string_view tag, const Tensor& x);
/// How the elements are distributed in each run.
Summary histogram(std::string_view tag, const Tensor& x);
/// All of several.
Summary merge(const std::vector<Summary>& summaries);
/// All that were made of tensors of the graph so far, scalars first.
Summary merge_all(const Graph& graph);

}  // namespace summary
}  // namespace tapegrad
