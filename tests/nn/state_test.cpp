#include "support/catch.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

struct Pair : nn::Module {
  nn::Linear first{2, 3};
  nn::Linear second{3, 1};
  nn::Buffer seen;
  Pair() : seen(zeros({}, {.dtype = int64})) {}
  void visit(nn::Visitor& v) override {
    v("first", first);
    v("second", second);
    v("seen", seen);
  }
  Tensor forward(const Tensor& x) { return second(relu(first(x))); }
};

std::vector<float> values_of(const nn::Module& m) {
  std::vector<float> all;
  for (const auto& [name, tensor] : m.state_dict()) {
    for (const float v : tensor.to_vector<float>()) all.push_back(v);
  }
  return all;
}

}  // namespace

TEST_CASE("a state_dict holds parameters and buffers by name, outside the tape", "[nn][state]") {
  Pair model;
  const StateDict state = model.state_dict();
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state) {
    names.push_back(name);
    CHECK_FALSE(tensor.requires_grad());
  }
  CHECK(names == std::vector<std::string>{"first.weight", "first.bias", "second.weight",
                                          "second.bias", "seen"});
  CHECK(state["first.weight"].shares_storage_with(model.first.weight));
  CHECK_FALSE(state.clone()["first.weight"].shares_storage_with(model.first.weight));
  CHECK(state.at("seen").is_same(state["seen"]));
  CHECK_THROWS_WITH(state["third"], Catch::Contains("\"third\""));
}

TEST_CASE("a state goes to another module of the same form", "[nn][state]") {
  Pair from;
  from.seen.fill_(3);
  Pair to;
  to.first.requires_grad_(false);
  CHECK(values_of(from) != values_of(to));
  const nn::LoadResult result = to.load_state_dict(from.state_dict());
  CHECK(result.complete());
  CHECK(values_of(from) == values_of(to));
  CHECK_FALSE(to.first.weight.requires_grad());
  CHECK(to.second.weight.requires_grad());
  CHECK_FALSE(to.first.weight.shares_storage_with(from.first.weight));
}

TEST_CASE("loading reports the names that it could not match", "[nn][state]") {
  Pair model;
  const Tensor weight = full({3, 2}, 5.0);
  const nn::LoadResult result =
      model.load_state_dict({{"first.weight", weight}, {"third.weight", weight}});
  CHECK(result.missing ==
        std::vector<std::string>{"first.bias", "second.weight", "second.bias", "seen"});
  CHECK(result.unexpected == std::vector<std::string>{"third.weight"});
  CHECK_FALSE(result.complete());
  CHECK(model.first.weight.to_vector<float>() == std::vector<float>(6, 5));
}

TEST_CASE("a state that doesn't fit changes nothing", "[nn][state]") {
  Pair model;
  const auto before = values_of(model);
  const auto load = [&](Tensor last) {
    return model.load_state_dict({{"first.weight", full({3, 2}, 5.0)}, {"seen", std::move(last)}});
  };
  CHECK_THROWS_WITH(load(zeros({4}, {.dtype = int64})),
                    "load_state_dict: \"seen\" has shape [4], the module's has []; nothing was "
                    "loaded");
  CHECK_THROWS_AS(load(zeros({4}, {.dtype = int64})), ShapeError);
  CHECK_THROWS_AS(load(zeros({})), DTypeError);
  CHECK_THROWS_WITH(load(zeros({})), Catch::Contains("\"seen\" is float32, the module's is int64"));
  CHECK(values_of(model) == before);
}

TEST_CASE("a state_dict has every name once", "[nn][state]") {
  struct Twice : nn::Module {
    nn::Linear a{1, 1};
    nn::Linear b{1, 1};
    void visit(nn::Visitor& v) override {
      v("linear", a);
      v("linear", b);
    }
  };
  CHECK_THROWS_WITH(Twice().state_dict(), Catch::Contains("\"linear.weight\""));
  CHECK_THROWS_AS(StateDict({{"absent", Tensor()}}), Error);
}

TEST_CASE("a frozen part stays as it is, bit for bit, while the rest learns", "[nn][transfer]") {
  manual_seed(1);
  Pair model;
  model.first.requires_grad_(false);
  const auto frozen = model.first.state_dict().clone();
  const auto head = model.second.state_dict().clone();
  optim::SGD sgd(model.parameters(), {.lr = 0.05, .momentum = 0.9, .weight_decay = 0.1});
  const Tensor x = randn({16, 2});
  for (int step = 0; step < 10; ++step) {
    sgd.zero_grad();
    mean(square(model.forward(x) - 1)).backward();
    sgd.step();
  }
  for (const auto& [name, tensor] : frozen) {
    CHECK(model.first.state_dict()[name].to_vector<float>() == tensor.to_vector<float>());
  }
  for (const auto& [name, tensor] : head) {
    CHECK(model.second.state_dict()[name].to_vector<float>() != tensor.to_vector<float>());
  }
  model.first.requires_grad_();
  mean(square(model.forward(x) - 1)).backward();
  sgd.step();
  CHECK(model.first.weight.to_vector<float>() != frozen["weight"].to_vector<float>());
}

TEST_CASE("a state that was kept without clone() brings nothing back, and says so", "[nn][state]") {
  Pair model;
  const StateDict kept = model.state_dict();
  CHECK_THROWS_WITH(model.load_state_dict(kept),
                    "load_state_dict: \"first.weight\" is the module's own tensor, so that it is "
                    "what the module is now; nothing was loaded: keep state_dict().clone(), or a "
                    "copy of the module");
  CHECK_THROWS_AS(model.load_state_dict({{"seen", kept["seen"]}}), Error);
  const auto before = values_of(model);
  StateDict mixed;  // one of the module's own among others
  for (const auto& [name, tensor] : kept.clone()) {
    mixed.insert(name, name == "second.weight" ? kept[name] : tensor + 1);
  }
  CHECK_THROWS_WITH(model.load_state_dict(mixed),
                    Catch::Contains("\"second.weight\" is the module's own tensor"));
  CHECK(values_of(model) == before);
  Pair other = model;
  CHECK(other.load_state_dict(kept).complete());
  CHECK(nn::Sequential().load_state_dict({}).complete());
}

TEST_CASE("a state can be loaded where modules or parts share a tensor", "[nn][state]") {
  const Tensor common = zeros({2, 2});
  struct Tied : nn::Module {
    nn::Parameter in, out;
    nn::Parameter bias = zeros({2});
    explicit Tied(const Tensor& table) : in(table), out(table) {}
    void visit(nn::Visitor& v) override {
      v("in", in);
      v("out", out);
      v("bias", bias);
    }
  };
  Tied encoder(common);
  Tied decoder(common);
  encoder.bias = ones({2});
  CHECK(decoder.load_state_dict(encoder.state_dict()).complete());
  CHECK(decoder.bias.to_vector<float>() == std::vector<float>{1, 1});
  CHECK(decoder.in.shares_storage_with(encoder.out));
  CHECK(decoder.load_state_dict({{"in", ones({2, 2})}}).missing.size() == 2);
  CHECK(common.to_vector<float>() == std::vector<float>(4, 1));
  Tied alone(zeros({2, 2}));
  CHECK(alone.load_state_dict(encoder.state_dict()).complete());
  CHECK_THROWS_WITH(alone.load_state_dict(alone.state_dict()), Catch::Contains("\"in\""));
}

TEST_CASE("parts exchange their values by the entries of a state", "[nn][state]") {
  struct Two : nn::Module {
    nn::Parameter a = tensor({1.0, 2.0});
    nn::Parameter b = tensor({3.0, 4.0});
    void visit(nn::Visitor& v) override {
      v("a", a);
      v("b", b);
    }
  };
  Two two;
  CHECK(two.load_state_dict({{"a", two.b.detach()}, {"b", two.a.detach()}}).complete());
  CHECK(two.a.to_vector<float>() == std::vector<float>{3, 4});
  CHECK(two.b.to_vector<float>() == std::vector<float>{1, 2});
}
