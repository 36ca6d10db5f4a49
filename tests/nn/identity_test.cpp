// What an optimizer holds stays part of the module, however the module gets other values.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "nn/net_of_parts.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/census.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::test::net_of_parts;

namespace {

template <class T>
concept has_swap = requires(T& a, T& b) {
  a.swap(b);
};

}  // namespace

TEST_CASE("an optimizer goes on with a model that was assigned to", "[nn][identity]") {
  check_goes_on([](Net& model, Net& other) { model = other; });
  check_goes_on([](Net& model, Net& other) { model = std::move(other); });
  check_goes_on([](Net& model, Net& other) { model = Net(other); });
  check_goes_on([](Net& model, Net& other) {
    static_cast<nn::Linear&>(model.first) = other.first, model = std::move(other);
  });
}

TEST_CASE("an optimizer goes on with a model that moved to another and back", "[nn][identity]") {
  // Then it has the values of `other`, as the others here.
  const auto bring = [](Net& model, const Net& other) { model = other; };
  check_goes_on([&](Net& model, Net& other) {
    Net best = std::move(model);
    model = std::move(best);
    bring(model, other);
  });
  check_goes_on([&](Net& model, Net& other) {  // the place of the best exists
    Net best;
    for (int i = 0; i < 3; ++i) {
      best = std::move(model);
      model = std::move(best);
    }
    best = std::move(other);
    model = std::move(best);
  });
  check_goes_on([&](Net& model, Net& other) {
    Net best;
    best = std::move(model);
    model = Net(other);  // another one, in between
  });
  check_goes_on([&](Net& model, Net& other) {
    Net best;
    best = std::move(model);
    model = Net();
    Net third = std::move(best);
    model = std::move(third);
    bring(model, other);
  });
}

TEST_CASE("a module that was moved from by an assignment keeps its tensors for the next",
          "[nn][identity]") {
  Net model;
  Net best;
  const auto of_model = tensors_of(model);
  const auto of_best = tensors_of(best);
  const Values values = values_of(model);
  best = std::move(model);
  CHECK(same(tensors_of(best), of_best));
  CHECK(values_of(best) == values);
  model = std::move(best);
  CHECK(same(tensors_of(model), of_model));
  CHECK(values_of(model) == values);
  best = Net(model);
  CHECK(same(tensors_of(best), of_best));
  CHECK(values_of(best) == values);
  std::swap(model, best);
  CHECK(same(tensors_of(model), of_model));
  CHECK(same(tensors_of(best), of_best));
}

TEST_CASE("a module that was moved from becomes a copy, and its tensors come back",
          "[nn][identity]") {
  check_goes_on([](Net& model, Net& other) {
    Net best;
    for (int i = 0; i < 3; ++i) {
      best = std::move(model);
      model = best;
    }
    best = std::move(model);
    model = other;
  });
}

TEST_CASE("tensors that come back to their module are known without another visit",
          "[nn][identity]") {
  Net model;
  Net best;
  optim::SGD rule(model.parameters(), {.lr = 0.01});
  train(model, rule);
  best = std::move(model);
  model = std::move(best);
  for (int i = 0; i < 3; ++i) train(model, rule);
  CHECK(nn::forgotten_parameters().empty());
}

TEST_CASE("the best weights come back in every spelling, and training goes on", "[nn][identity]") {
  const std::vector<std::function<void(Net&, Net&)>> spellings{
      [](Net& model, Net& best) { model = best; },
      [](Net& model, Net& best) { model = std::move(best); },
      [](Net& model, Net& best) { std::swap(model, best); },
      [](Net& model, Net& best) { CHECK(model.load_state_dict(best.state_dict()).complete()); },
  };
  for (const auto& bring_back : spellings) {
    manual_seed(1);
    Net model;
    optim::SGD rule(model.parameters(), {.lr = 0.002});
    Net best;
    for (int i = 0; i < 5; ++i) train(model, rule);
    best = model;
    const Values kept = values_of(best);
    for (int i = 0; i < 5; ++i) train(model, rule);
    CHECK(values_of(model) != kept);
    CHECK(values_of(best) == kept);
    bring_back(model, best);
    CHECK(values_of(model) == kept);
    const auto error = [&] { return std::abs(model.forward(ones({1, 2})).item<float>() - 5); };
    const float before = error();
    for (int i = 0; i < 5; ++i) train(model, rule);
    CHECK(error() < before);
  }
}

TEST_CASE("a part that moves takes its tensors along", "[nn][identity]") {
  std::vector<nn::Linear> list;
  std::vector<Tensor> weights;
  nn::Linear next(2, 2);
  for (int i = 0; i < 9; ++i) {  // grows, and reuses what it was moved from
    weights.push_back(next.weight);
    list.push_back(std::move(next));
    next = nn::Linear(2, 2);
  }
  const auto in_place = [&] {
    return std::ranges::equal(list, weights, [](const nn::Linear& layer, const Tensor& weight) {
      return weight.is_same(layer.weight);
    });
  };
  CHECK(in_place());
  list.insert(list.begin(), nn::Linear(2, 2));
  weights.insert(weights.begin(), list.front().weight);
  CHECK(in_place());
  const Net net;
  Net copy = net;
  const auto tensors = tensors_of(copy);
  const Net moved = std::move(copy);
  CHECK(same(tensors_of(moved), tensors));
  copy = net;  // what was moved from can be used again
  CHECK(values_of(copy) == values_of(moved));
  CHECK_FALSE(same(tensors_of(copy), tensors));
  CHECK(same(tensors_of(moved), tensors));
}

TEST_CASE("parts behind pointers keep their tensors too, and may be absent", "[nn][identity]") {
  struct Owner : nn::Module {
    std::unique_ptr<nn::Linear> part = std::make_unique<nn::Linear>(2, 2);
    void visit(nn::Visitor& v) override { v("part", *part); }
  };
  Owner a;
  Owner b;
  const Tensor weight = a.part->weight;
  const auto values = b.part->weight.to_vector<float>();
  std::swap(a, b);  // in its course one has no part
  CHECK(weight.is_same(a.part->weight));
  CHECK(weight.to_vector<float>() == values);
  b = std::move(a);
  a = Owner();
  b = std::move(a);
  CHECK(b.parameters().size() == 2);
}

TEST_CASE("a parameter that is assigned to stays the tensor that it was", "[nn][identity]") {
  nn::Linear layer(2, 2);
  const Tensor weight = layer.weight;
  layer.weight = tensor({{1.0, 2.0}, {3.0, 4.0}});
  CHECK(weight.is_same(layer.weight));
  CHECK(weight.to_vector<float>() == std::vector<float>{1, 2, 3, 4});
  layer.weight = weight.t().detach();  // a view of itself
  CHECK(weight.to_vector<float>() == std::vector<float>{1, 3, 2, 4});
  layer.weight = nn::Parameter(zeros({2, 2}, {.dtype = float64}));
  CHECK_FALSE(weight.is_same(layer.weight));
  CHECK(layer.weight.dtype() == float64);
  static_assert(!has_swap<nn::Parameter>);  // it would exchange the tensors
}
