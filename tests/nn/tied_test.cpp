// Tied weights: one tensor that two parts of a module use. It is trained, saved and loaded once.
#include <memory>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Floats = std::vector<float>;
using Names = std::vector<std::string>;

namespace {

/// Looks words up in the rows of a matrix, and finds words by the same rows.
struct Model : nn::Module {
  nn::Parameter table = tensor({{1.0f, 2.0f}, {3.0f, 4.0f}, {5.0f, 6.0f}});
  void visit(nn::Visitor& v) override { v("table", table); }
  Tensor forward(const Tensor& words) const {
    return nn::linear(index_select(table, 0, words), table);
  }
};

/// The same in parts of their own.
struct Reader : nn::Module {
  std::shared_ptr<nn::Parameter> table;
  explicit Reader(std::shared_ptr<nn::Parameter> shared) : table(std::move(shared)) {}
  void visit(nn::Visitor& v) override { v("table", table); }
};
struct Writer : nn::Module {
  std::shared_ptr<nn::Parameter> weight;
  explicit Writer(std::shared_ptr<nn::Parameter> shared) : weight(std::move(shared)) {}
  void visit(nn::Visitor& v) override { v("weight", weight); }
};
struct InParts : nn::Module {
  Reader reader;
  Writer writer;
  explicit InParts(const Tensor& values)
      : reader(std::make_shared<nn::Parameter>(values)), writer(reader.table) {}
  void visit(nn::Visitor& v) override {
    v("reader", reader);
    v("writer", writer);
  }
  Tensor forward(const Tensor& words) const {
    return nn::linear(index_select(*reader.table, 0, words), *writer.weight);
  }
};

Names names_of(const StateDict& state) {
  Names names;
  for (const auto& [name, tensor] : state) names.push_back(name);
  return names;
}

const Tensor words = tensor({0, 2});

}  // namespace

TEST_CASE("a tied weight is a parameter once, and gets both gradients", "[nn][tied]") {
  Model whole;
  InParts parts(whole.table.detach().clone());
  CHECK(whole.parameters().size() == 1);
  CHECK(parts.parameters().size() == 1);
  CHECK(names_of(parts.state_dict()) == Names{"reader.table"});
  // y = E W^T with W = E beneath: the gradient has a part of each.
  const Tensor e = whole.table.detach().clone().requires_grad_();
  const Tensor w = whole.table.detach().clone().requires_grad_();
  sum(square(nn::linear(index_select(e, 0, words), w))).backward();
  sum(square(whole.forward(words))).backward();
  sum(square(parts.forward(words))).backward();
  CHECK(equal(whole.table.grad(), e.grad() + w.grad()));
  CHECK(equal(parts.reader.table->grad(), e.grad() + w.grad()));
}

TEST_CASE("a tied weight is stepped once", "[nn][tied]") {
  Model whole;
  InParts parts(whole.table.detach().clone());
  optim::Adam of_whole(whole.parameters(), {.lr = 0.1});
  optim::Adam of_parts(parts.parameters(), {.lr = 0.1});
  for (int step = 0; step < 3; ++step) {
    for (auto* optimizer : {&of_whole, &of_parts}) optimizer->zero_grad();
    mean(whole.forward(words)).backward();
    mean(parts.forward(words)).backward();
    of_whole.step();
    of_parts.step();
    CHECK(equal(*parts.writer.weight, whole.table));
  }
  CHECK(whole.table.detach().to_vector<float>() != Floats{1, 2, 3, 4, 5, 6});
}

TEST_CASE("a tied weight is loaded by any of its names", "[nn][tied]") {
  const Tensor other = full({3, 2}, 7.0);
  for (const char* name : {"reader.table", "writer.weight"}) {
    InParts parts(zeros({3, 2}));
    CHECK(parts.load_state_dict({{name, other}}).complete());
    CHECK(equal(*parts.reader.table, other));
  }
  // As PyTorch saves it.
  InParts parts(zeros({3, 2}));
  CHECK(parts.load_state_dict({{"reader.table", other}, {"writer.weight", other}}).complete());
  CHECK(parts.load_state_dict({{"reader.weight", other}}).missing == Names{"reader.table"});
}
