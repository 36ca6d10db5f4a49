// What takes tensors of a graph refuses undefined ones in its name.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/session.hpp"
#include "tapegrad/summary/merged.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("graphs and their summaries refuse undefined tensors", "[graph][undefined]") {
  const Tensor none;
  Graph graph;
  const Tensor w = graph.variable("w", ones({}));
  const Tensor x = w * 2;
  optim::SGD sgd({w}, 0.1);
  test::check_undefined({
      {"constant", 1, [&] { graph.constant(none); }},
      {"variable", 2, [&] { graph.variable("v", none); }},
      {"assign", 1, [&] { graph.assign(none, x); }},
      {"assign", 2, [&] { graph.assign(w, none); }},
      {"gradients", 1, [&] { graph.gradients(none, {w}); }},
      {"collect", 3, [&] { collect("all", "x", none); }},
      {"eval", 0, [&] { none.eval(); }},
      {"set_shape", 0, [&] { none.set_shape({1}); }},
      {"act_on", 2, [&] { static_cast<void>(detail::act_on("act_on", none, {})); }},
      {"scalar", 2, [&] { summary::scalar("x", none); }},
      {"histogram", 2, [&] { summary::histogram("x", none); }},
  });
  const std::vector<test::UndefinedRow> lists = {
      {"gradients", 2,
       [&] {
         graph.gradients(x, {w, none});
       }},
      {"of", 1,
       [&] {
         summary::scalar("x", x).of({w, none});
       }},
  };
  for (const test::UndefinedRow& row : lists) {
    CHECK(test::error_of(row.call) ==
          row.name + ": argument " + std::to_string(row.place) +
              " holds an undefined tensor at 1: " + test::how_undefined);
  }
  CHECK(test::error_of([&] { static_cast<void>(sgd.minimize(none)); }) ==
        std::string("minimize: argument 1 is an undefined tensor: ") + test::how_undefined);
}
