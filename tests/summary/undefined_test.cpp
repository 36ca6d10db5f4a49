// A writer refuses an undefined tensor, and its tag is still free.
#include "summary/event_files.hpp"
#include "support/undefined_rows.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/summary/writer.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("what logs a tensor refuses an undefined one", "[summary][undefined]") {
  const test::Folder folder;
  const Tensor none;
  const Tensor x = ones({2, 3});
  nn::ReLU relu;
  summary::Writer writer(folder.path.string());
  test::check_undefined({
      {"add_histogram", 2, [&] { writer.add_histogram("x", none, 1); }},
      {"add_image", 2, [&] { writer.add_image("x", none, 1); }},
      {"add_pr_curve", 2, [&] { writer.add_pr_curve("x", none, x, 1); }},
      {"add_pr_curve", 3, [&] { writer.add_pr_curve("x", x, none, 1); }},
      {"add_embedding", 2, [&] { writer.add_embedding("x", none); }},
      {"add_graph", 2, [&] { writer.add_graph(relu, none); }},
  });
  writer.add_scalar("x", 1, 1);
  writer.flush();
}
