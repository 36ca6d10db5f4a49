#include "support/in_graph.hpp"

#include <algorithm>

#include "core/tensor_impl.hpp"
#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/session.hpp"

namespace tapegrad::test {

void check_in_graph(const ManyToOne& f, const std::vector<Tensor>& x, bool differentiable) {
  std::vector<Tensor> expected{f(x)};
  if (differentiable) {
    for (const Tensor& g : grad({expected[0].sum()}, x, {.allow_unused = true})) {
      expected.push_back(g.defined() ? g : zeros_like(x[expected.size() - 1]));
    }
  }
  Graph graph("row");
  std::vector<Tensor> variables;
  for (const Tensor& one : x) {
    variables.push_back(graph.variable("x", one.detach(), {.trainable = differentiable}));
  }
  std::vector<Fetch> asked{f(variables)};
  if (differentiable) {
    const std::vector<Tensor> gradients = graph.gradients(asked[0].tensor, variables);
    asked.insert(asked.end(), gradients.begin(), gradients.end());
  }
  const Session session(graph);
  session.run(graph.initializer());
  const std::vector<Tensor> got = session.run_all(asked);
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO("result " << i << " of the graph\n" << graph.text());
    CHECK(got[i].dtype() == expected[i].dtype());
    CHECK(difference(got[i], expected[i].detach(), 0, 0) == "");
  }
}

void check_in_graph_of_unknown_size(const ManyToOne& f, const std::vector<Tensor>& x) {
  const auto first = std::ranges::find_if(x, [](const Tensor& one) { return one.dim() > 0; });
  if (first == x.end() || first->size(0) < 2) return;
  Graph graph("row");
  Feeds feeds;
  std::vector<Tensor> placeholders;
  for (const Tensor& one : x) {
    Shape shape = one.shape();
    if (!shape.empty() && shape[0] == first->size(0)) shape[0] = unknown;
    placeholders.push_back(graph.placeholder("x", one.dtype(), shape));
    feeds.emplace_back(placeholders.back(), one.detach());
  }
  Tensor got;
  try {
    const Tensor y = f(placeholders);
    if (is_symbolic(y)) got = Session(graph).run(y, feeds);
  } catch (const Error&) {
    return;
  }
  if (!got.defined()) return;
  INFO("the graph\n" << graph.text());
  CHECK(difference(got, f(x).detach(), 0, 0) == "");
}

}  // namespace tapegrad::test
