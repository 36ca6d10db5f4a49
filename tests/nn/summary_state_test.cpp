// What a summary puts back where forward() has given parts other tensors.
#include <map>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/summary.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

/// Remembers what it was given, as attention does keys and values of the words before.
struct Recaller : nn::Module {
  nn::Linear linear{2, 2};
  nn::Buffer seen = zeros({1, 2});
  nn::Buffer first;
  nn::Buffer waiting = ones({3});
  nn::Buffer sums = ones({2});
  nn::Buffer converted = ones({2});
  std::map<std::string, nn::Linear> late;

  void visit(nn::Visitor& v) override {
    v("linear", linear);
    v("seen", seen);
    v("first", first);
    v("waiting", waiting);
    v("sums", sums);
    v("converted", converted);
    v("late", late);
  }
  Tensor forward(const Tensor& x) {
    seen.add_(1);
    seen = nn::Buffer(cat({seen, x}));
    first = nn::Buffer(x);
    waiting = nn::Buffer();
    sums = nn::Buffer(zeros({2}, {.dtype = float64}));
    converted.to_(float64);
    late.try_emplace("new", 2, 2);
    return linear(seen);
  }
};

}  // namespace

TEST_CASE("a summary gives parts the tensors back that forward() replaced", "[nn][summary]") {
  Recaller net;
  const Tensor seen = net.seen, waiting = net.waiting, sums = net.sums, converted = net.converted;
  const auto is_as_before = [&] {
    CHECK(net.seen.is_same(seen));
    CHECK(seen.shape() == Shape{1, 2});
    CHECK(seen.to_vector<double>() == std::vector<double>{0, 0});
    CHECK_FALSE(net.first.defined());
    CHECK(net.waiting.is_same(waiting));
    CHECK(net.sums.is_same(sums));
    CHECK(sums.to_vector<double>() == std::vector<double>{1, 1});
    CHECK(net.converted.is_same(converted));
    CHECK(converted.dtype() == float32);
  };
  for (int i = 0; i < 2; ++i) {
    CHECK(*nn::summary(net, ones({4, 2})).rows[0].output == Shape{5, 2});
    is_as_before();
  }
  CHECK(net.late.at("new").weight.defined());  // what is new stays
  // Also where forward() throws after that.
  CHECK_THROWS_AS(nn::summary(net, ones({4, 2}, {.dtype = float64})), DTypeError);
  is_as_before();
  CHECK(net.state_dict().contains("waiting"));
  CHECK_FALSE(net.state_dict().contains("first"));
}

TEST_CASE("an optimizer goes on after a summary in which forward() replaced its parameter",
          "[nn][summary]") {
  struct Grows : nn::Module {
    nn::Parameter scale = ones({2});
    void visit(nn::Visitor& v) override { v("scale", scale); }
    Tensor forward(const Tensor& x) {
      if (x.numel() != scale.numel()) scale = nn::Parameter(ones(x.shape()));
      return sum(x * scale);
    }
  } net;
  optim::SGD sgd(net.parameters(), {.lr = 0.5});
  const auto step = [&] {
    sgd.zero_grad();
    net.forward(ones({2})).backward();
    sgd.step();
  };
  step();
  nn::summary(net, ones({3}));
  step();
  CHECK(net.scale.to_vector<double>() == std::vector<double>{0, 0});
}

TEST_CASE("parts that forward() moves elsewhere keep their tensors in a summary", "[nn][summary]") {
  struct Grows : nn::Module {
    std::vector<nn::Linear> layers;
    Grows() { layers.emplace_back(2, 2); }
    void visit(nn::Visitor& v) override { v("layers", layers); }
    Tensor forward(const Tensor& x) {
      layers.reserve(layers.capacity() + 1);
      return layers[0](x);
    }
  } net;
  const Tensor weight = net.layers[0].weight;
  nn::summary(net, ones({1, 2}));
  CHECK(net.layers[0].weight.is_same(weight));
}
