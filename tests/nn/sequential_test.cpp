#include "tapegrad/nn/sequential.hpp"
#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

/// A user's module that derives from Module, not from Layer.
struct Shift : nn::Module {
  nn::Parameter by = ones({1});
  void visit(nn::Visitor& v) override { v("by", by); }
  Tensor forward(const Tensor& x) const { return x + by; }
};

nn::Sequential make_net() {
  return nn::Sequential(nn::Linear(2, 3), nn::Tanh(), Shift(),
                        nn::Sequential(nn::Linear(3, 1, {.bias = false}), nn::Sigmoid()));
}

}  // namespace

TEST_CASE("Sequential feeds each part with what the one before gives", "[nn][sequential]") {
  nn::Sequential net = make_net();
  const Tensor x = test::spread({4, 2}, -1, 1).to(float32);
  auto& inner = net.get<nn::Sequential>(3);
  const Tensor hidden = tanh(net.get<nn::Linear>(0)(x)) + net.get<Shift>(2).by;
  const Tensor y = sigmoid(matmul(hidden, inner.get<nn::Linear>(0).weight.t()));
  CHECK(net(x).to_vector<float>() == y.to_vector<float>());
  CHECK(nn::Sequential()(x).is_same(x));
  nn::Sequential relu(nn::ReLU{});
  CHECK(relu(Tensor::from_vector<float>({-1, 2})).to_vector<float>() == std::vector<float>{0, 2});
}

TEST_CASE("the parts of a Sequential are named by position", "[nn][sequential]") {
  const nn::Sequential net = make_net();
  std::vector<std::string> names;
  for (const NamedTensor& entry : net.named_parameters()) names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "2.by", "3.0.weight"});
  // Expected: print() of the same Sequential in PyTorch.
  CHECK(to_string(net) ==
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): Tanh()\n"
        "  (2): Shift()\n"
        "  (3): Sequential(\n"
        "    (0): Linear(in_features=3, out_features=1, bias=False)\n"
        "    (1): Sigmoid()\n"
        "  )\n"
        ")");
}

TEST_CASE("a copy of a Sequential shares nothing with it", "[nn][sequential]") {
  nn::Sequential net = make_net();
  nn::Sequential copy = net;
  const auto theirs = net.parameters();
  const auto ours = copy.parameters();
  REQUIRE(ours.size() == theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CHECK_FALSE(ours[i].shares_storage_with(theirs[i]));
    CHECK(ours[i].to_vector<float>() == theirs[i].to_vector<float>());
  }
}

TEST_CASE("assigning a Sequential keeps the tensors where the parts are alike",
          "[nn][sequential]") {
  nn::Sequential net = make_net();
  const nn::Sequential other = make_net();
  const Tensor weight = net.get<nn::Linear>(0).weight;
  net = other;
  CHECK(net.get<nn::Linear>(0).weight.is_same(weight));
  CHECK(weight.to_vector<float>() == other.get<nn::Linear>(0).weight.to_vector<float>());
  net = nn::Sequential(nn::ReLU());
  CHECK(net.size() == 1);
  nn::Sequential longer(nn::Sigmoid{}, nn::Linear(1, 1));
  net = longer;
  CHECK(net.size() == 2);
  CHECK(net[0].name() == "Sigmoid");
}

TEST_CASE("Sequential says what it has where another part was asked for", "[nn][sequential]") {
  nn::Sequential net = make_net();
  CHECK_THROWS_WITH(net.get<nn::Linear>(1), "Sequential: part 1 is a Tanh, not what was asked for");
  CHECK_THROWS_AS(net[4], IndexError);
}

TEST_CASE("a Sequential within a module trains", "[nn][sequential]") {
  struct Model : nn::Module {
    nn::Sequential body{nn::Linear(2, 8), nn::Tanh()};
    nn::Linear head{8, 1};
    void visit(nn::Visitor& v) override {
      v("body", body);
      v("head", head);
    }
    Tensor forward(const Tensor& x) { return head(body(x)); }
  };
  manual_seed(5);
  Model model;
  optim::Adam adam(model.parameters(), {.lr = 0.05});
  const Tensor x = Tensor::from_vector<float>({0, 0, 0, 1, 1, 0, 1, 1}, {4, 2});
  const Tensor y = Tensor::from_vector<float>({0, 1, 1, 0}, {4, 1});
  float loss = 1;
  for (int step = 0; step < 300; ++step) {
    const Tensor error = nn::binary_cross_entropy_with_logits(model.forward(x), y);
    adam.zero_grad();
    error.backward();
    adam.step();
    loss = error.item<float>();
  }
  CHECK(loss < 0.05F);  // a constant answer has log 2 = 0.69
}
