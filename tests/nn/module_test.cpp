#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

struct Block : nn::Module {
  nn::Linear linear{2, 2};
  nn::Parameter scale = ones({2});
  nn::Buffer count = zeros({}, {.dtype = int64});
  nn::Buffer offset = zeros({2});

  void visit(nn::Visitor& v) override {
    v("linear", linear);
    v("scale", scale);
    v("count", count);
    v("offset", offset);
  }
  Tensor forward(const Tensor& x) { return linear(x) * scale + offset; }
};

struct Net : nn::Module {
  std::vector<Block> blocks{std::vector<Block>(2)};
  nn::Linear head{2, 1, {.bias = false}};

  void visit(nn::Visitor& v) override {
    v("blocks", blocks);
    v("head", head);
  }
  Tensor forward(Tensor x) {
    for (Block& block : blocks) x = block.forward(x);
    return head(x);
  }
};

std::vector<std::string> names_of(const std::vector<NamedTensor>& entries) {
  std::vector<std::string> names;
  for (const NamedTensor& entry : entries) names.push_back(entry.name);
  return names;
}

}  // namespace

TEST_CASE("parts are named by their path, lists by position", "[nn][module]") {
  const Net net;
  CHECK(names_of(net.named_parameters()) ==
        std::vector<std::string>{"blocks.0.linear.weight", "blocks.0.linear.bias", "blocks.0.scale",
                                 "blocks.1.linear.weight", "blocks.1.linear.bias", "blocks.1.scale",
                                 "head.weight"});
  CHECK(names_of(net.named_buffers()) ==
        std::vector<std::string>{"blocks.0.count", "blocks.0.offset", "blocks.1.count",
                                 "blocks.1.offset"});
  CHECK(net.parameters().size() == 7);
  CHECK(net.buffers().size() == 4);
}

TEST_CASE("parameters are handles of the module's own tensors", "[nn][module]") {
  Net net;
  CHECK(net.parameters().back().is_same(net.head.weight));
  net.forward(ones({3, 2})).sum().backward();
  CHECK(net.parameters().front().grad().defined());
  net.zero_grad();
  for (const Tensor& p : net.parameters()) CHECK_FALSE(p.grad().defined());
}

TEST_CASE("a tensor that is named twice is one parameter", "[nn][module]") {
  struct Tied : nn::Module {
    nn::Linear linear{2, 2};
    void visit(nn::Visitor& v) override {
      v("encoder", linear);
      v("decoder", linear);
    }
  };
  const Tied tied;
  CHECK(tied.parameters().size() == 2);
  CHECK(tied.state_dict().size() == 2);
}

TEST_CASE("a module prints as PyTorch prints it", "[nn][module]") {
  // Expected: print() of the same modules in PyTorch, whose ModuleList is a List here.
  CHECK(to_string(nn::Linear(3, 4)) == "Linear(in_features=3, out_features=4, bias=True)");
  CHECK(to_string(Net()) ==
        "Net(\n"
        "  (blocks): List(\n"
        "    (0): Block(\n"
        "      (linear): Linear(in_features=2, out_features=2, bias=True)\n"
        "    )\n"
        "    (1): Block(\n"
        "      (linear): Linear(in_features=2, out_features=2, bias=True)\n"
        "    )\n"
        "  )\n"
        "  (head): Linear(in_features=2, out_features=1, bias=False)\n"
        ")");
}

TEST_CASE("a copy of a module shares nothing with it", "[nn][module]") {
  Net net;
  net.blocks[0].linear.requires_grad_(false);
  net.forward(ones({3, 2})).sum().backward();
  const Tensor x = ones({1, 2});
  const float before = net.forward(x).item<float>();

  Net copy = net;
  const auto theirs = net.named_parameters();
  const auto ours = copy.named_parameters();
  REQUIRE(ours.size() == theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CHECK(ours[i].name == theirs[i].name);
    CHECK_FALSE(ours[i].tensor.shares_storage_with(theirs[i].tensor));
    CHECK(ours[i].tensor.requires_grad() == theirs[i].tensor.requires_grad());
    CHECK(ours[i].tensor.is_leaf());
    CHECK_FALSE(ours[i].tensor.grad().defined());
  }
  CHECK(copy.forward(x).item<float>() == before);

  optim::SGD sgd(copy.parameters(), {.lr = 0.1});
  copy.forward(ones({3, 2})).sum().backward();
  sgd.step();
  CHECK(copy.forward(x).item<float>() != before);
  CHECK(net.forward(x).item<float>() == before);
}

TEST_CASE("assignment restores values under an optimizer that goes on", "[nn][module]") {
  nn::Linear model(2, 1);
  optim::SGD sgd(model.parameters(), {.lr = 0.5});
  const nn::Linear best = model;
  const Tensor weight = model.weight;

  model(ones({1, 2})).sum().backward();
  sgd.step();
  CHECK(model.weight.to_vector<float>() != best.weight.to_vector<float>());

  model = best;
  CHECK(model.weight.is_same(weight));
  CHECK_FALSE(model.weight.grad().defined());
  CHECK(model.weight.to_vector<float>() == best.weight.to_vector<float>());
  model(ones({1, 2})).sum().backward();
  sgd.step();
  CHECK(model.weight.to_vector<float>() != best.weight.to_vector<float>());

  model = nn::Linear(5, 1, {.bias = false});
  CHECK(model.weight.shape() == Shape{1, 5});
  CHECK_FALSE(model.bias.defined());
}

TEST_CASE("a moved module keeps its tensors", "[nn][module]") {
  nn::Linear model(2, 1);
  const Tensor weight = model.weight;
  nn::Linear moved = std::move(model);
  CHECK(moved.weight.is_same(weight));
  std::vector<nn::Linear> list;
  for (int i = 0; i < 5; ++i) list.push_back(std::move(moved)), moved = std::move(list.back());
  CHECK(moved.weight.is_same(weight));
}

TEST_CASE("a parameter says whether it is copied or handed out", "[nn][module]") {
  static_assert(std::is_constructible_v<nn::Parameter, const nn::Parameter&>);
  static_assert(!std::is_convertible_v<const nn::Parameter&, nn::Parameter>);  // no `auto w = p;`
  static_assert(std::is_convertible_v<const nn::Parameter&, Tensor>);
  static_assert(std::is_convertible_v<Tensor, nn::Parameter>);
  const nn::Parameter p = ones({2});
  const Tensor handle = p;
  CHECK(handle.is_same(p));
  const nn::Parameter copy(p);
  CHECK_FALSE(copy.shares_storage_with(p));
  CHECK(copy.requires_grad());
  CHECK_THROWS_AS(nn::Parameter(zeros({2}, {.dtype = int64})), DTypeError);
  CHECK_FALSE(nn::Buffer(exp(handle)).requires_grad());
}

TEST_CASE("train and eval reach every module", "[nn][module]") {
  Net net;
  CHECK(net.is_training());
  net.eval();
  CHECK_FALSE(net.is_training());
  CHECK_FALSE(net.blocks[1].linear.is_training());
  net.blocks[1].train();
  CHECK(net.blocks[1].linear.is_training());
  CHECK_FALSE(net.head.is_training());
}

TEST_CASE("to converts what is floating and keeps the tensors themselves", "[nn][module]") {
  Net net;
  net.forward(ones({1, 2})).sum().backward();
  const Tensor weight = net.head.weight;
  const auto before = weight.to_vector<float>();
  const Net single = net;
  net.to(float64);
  CHECK(net.head.weight.is_same(weight));
  CHECK(weight.dtype() == float64);
  CHECK(weight.requires_grad());
  CHECK(weight.grad().dtype() == float64);
  CHECK(weight.to_vector<float>() == before);
  CHECK(net.blocks[0].count.dtype() == int64);
  CHECK(net.blocks[0].offset.dtype() == float64);
  CHECK(single.head.weight.dtype() == float32);
  CHECK(net.forward(ones({1, 2}, {.dtype = float64})).dtype() == float64);
  CHECK_THROWS_AS(net.to(int64), DTypeError);
}

TEST_CASE("apply calls every module, parts before their owner", "[nn][module]") {
  Net net;
  std::vector<std::string> met;
  net.apply([&](nn::Module& m) {
    met.push_back(m.name());
    if (auto* linear = dynamic_cast<nn::Linear*>(&m)) nn::init::zeros_(linear->weight);
  });
  CHECK(met == std::vector<std::string>{"Linear", "Block", "Linear", "Block", "Linear", "Net"});
  CHECK(net.forward(ones({1, 2})).item<float>() == 0);
}

TEST_CASE("the modules that apply calls with outlive it", "[nn][module]") {
  struct Lists : nn::Module {
    std::vector<std::vector<nn::Linear>> rows;
    std::map<std::string, nn::Linear> named;
    void visit(nn::Visitor& v) override {
      v("rows", rows);
      v("named", named);
    }
  } lists;
  lists.rows.resize(2);
  lists.rows[1].emplace_back(2, 1);
  lists.named.emplace("a", nn::Linear(2, 1));
  std::vector<nn::Module*> met;
  lists.apply([&](nn::Module& m) { met.push_back(&m); });
  CHECK(met == std::vector<nn::Module*>{&lists.rows[1][0], &lists.named.at("a"), &lists});
  lists.eval();
  for (const nn::Module* m : met) CHECK_FALSE(m->is_training());
}

TEST_CASE("a part's name is one step of a path", "[nn][module]") {
  struct Wrong : nn::Module {
    nn::Linear linear{1, 1};
    std::string name_of_part;
    void visit(nn::Visitor& v) override { v(name_of_part, linear); }
  };
  Wrong wrong;
  for (const char* name : {"", "a.b"}) {
    wrong.name_of_part = name;
    CHECK_THROWS_WITH(wrong.parameters(), Catch::Contains("can't be the name of a part"));
  }
}
