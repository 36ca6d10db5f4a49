// What an optimizer holds stays part of the module, however the module gets other values.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

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

namespace {

/// Parts in every kind of container: a member, a vector, a Sequential, a tensor of its own.
struct Net : nn::Module {
  nn::Linear first{2, 3};
  std::vector<nn::Linear> blocks;
  nn::Sequential head{nn::Linear(3, 3), nn::ReLU(), nn::Linear(3, 1)};
  nn::Parameter scale = ones({3});
  nn::Buffer offset = zeros({3});

  explicit Net(int count = 2) {
    for (int i = 0; i < count; ++i) blocks.emplace_back(3, 3);
  }
  void visit(nn::Visitor& v) override {
    v("first", first);
    v("blocks", blocks);
    v("head", head);
    v("scale", scale);
    v("offset", offset);
  }
  Tensor forward(const Tensor& x) {
    Tensor y = first(x) * scale + offset;
    for (nn::Linear& block : blocks) y = block(y) + y;
    return head(y);
  }
};

template <class T>
concept has_swap = requires(T& a, T& b) {
  a.swap(b);
};

using Values = std::vector<std::vector<float>>;

Values values_of(const nn::Module& m) {
  Values values;
  for (const auto& [name, tensor] : m.state_dict()) values.push_back(tensor.to_vector<float>());
  return values;
}

std::vector<Tensor> tensors_of(const nn::Module& m) {
  std::vector<Tensor> all = m.parameters();
  for (Tensor& buffer : m.buffers()) all.push_back(buffer);
  return all;
}

bool same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  return std::ranges::equal(a, b, &Tensor::is_same);
}

template <class M>
void train(M& model, optim::Optimizer& rule) {
  rule.zero_grad();
  mean(square(model.forward(ones({1, 2})) - 5)).backward();
  rule.step();
}

/// `replace(model, other)` gives model the values of other, which was trained differently; the
/// optimizer of the model must go on with them.
void check_goes_on(const std::function<void(Net&, Net&)>& replace) {
  manual_seed(3);
  Net model;
  optim::SGD rule(model.parameters(), {.lr = 0.01, .momentum = 0.9});
  train(model, rule);
  Net other;
  other.offset.fill_(0.25);
  const std::vector<Tensor> tensors = tensors_of(model);
  const Values expected = values_of(other);

  replace(model, other);
  CHECK(values_of(model) == expected);
  CHECK(same(tensors_of(model), tensors));
  for (const Tensor& p : model.parameters()) {
    CHECK(p.requires_grad());
    CHECK_FALSE(p.grad().defined());
  }
  train(model, rule);
  const Values after = values_of(model);
  // The last one is the buffer. A bias before a ReLU may be dead; the others have gradients.
  CHECK(after[0] != expected[0]);
  CHECK(after[2] != expected[2]);
  CHECK(after[after.size() - 2] != expected[after.size() - 2]);
}

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

TEST_CASE("an optimizer goes on with a model that was swapped by hand", "[nn][identity]") {
  check_goes_on([](Net& model, Net& other) {
    Net third = std::move(model);
    model = std::move(other);
    other = std::move(third);
  });
  check_goes_on([](Net& model, Net& other) {
    Net third;  // exists already
    third = std::move(model);
    model = std::move(other);
    other = std::move(third);
  });
  check_goes_on([](Net& model, Net& other) {
    Net third;
    const Net husk = std::move(third);  // exists, but is empty
    third = std::move(model);
    model = std::move(other);
    other = std::move(third);
  });
  check_goes_on([](Net& model, Net& other) {
    nn::Parameter third;
    third = std::move(model.scale);
    model.scale = std::move(other.scale);
    other.scale = std::move(third);
    CHECK(other.scale.defined());
    other.scale = model.scale;
    model = other;
  });
}

TEST_CASE("an optimizer goes on with a model that was swapped", "[nn][identity]") {
  check_goes_on([](Net& model, Net& other) { std::swap(model, other); });
  check_goes_on([](Net& model, Net& other) { std::swap(other, model); });
  check_goes_on([](Net& model, Net& other) { std::ranges::swap(model, other); });
  check_goes_on([](Net& model, Net& other) {
    using std::swap;
    swap(model, other);
  });
}

TEST_CASE("an optimizer goes on with a model whose parts were replaced one by one",
          "[nn][identity]") {
  const auto rest = [](Net& model, const Net& other) {
    model.scale = other.scale;
    model.offset = other.offset;
  };
  check_goes_on([&](Net& model, Net& other) {
    model.first = std::move(other.first);
    model.blocks = other.blocks;
    model.head = std::move(other.head);
    rest(model, other);
  });
  check_goes_on([&](Net& model, Net& other) {
    std::swap(model.first, other.first);
    for (std::size_t i : {0, 1}) model.blocks[i] = nn::Linear(other.blocks[i]);
    std::swap(model.head, other.head);
    rest(model, other);
  });
  check_goes_on([&](Net& model, Net& other) {
    const auto replace = [](nn::Linear& a, nn::Linear& b) {
      a.weight = nn::Parameter(b.weight);
      std::swap(a.bias, b.bias);
    };
    replace(model.first, other.first);
    for (std::size_t i : {0, 1}) replace(model.blocks[i], other.blocks[i]);
    for (std::size_t i : {0, 2}) {
      replace(model.head.get<nn::Linear>(i), other.head.get<nn::Linear>(i));
    }
    model.scale = other.scale.detach().clone();
    model.offset = nn::Buffer(other.offset);
  });
  check_goes_on([&](Net& model, Net& other) {
    std::swap_ranges(model.blocks.begin(), model.blocks.end(), other.blocks.begin());
    model.first = nn::Linear(other.first);
    model.head = other.head;
    rest(model, other);
  });
}

TEST_CASE("swapped models have each other's values and their own tensors", "[nn][identity]") {
  Net a;
  Net b;
  b.first.requires_grad_(false);
  const auto tensors_a = tensors_of(a);
  const auto tensors_b = tensors_of(b);
  const Values values_a = values_of(a);
  const Values values_b = values_of(b);
  std::swap(a, b);
  CHECK(same(tensors_of(a), tensors_a));
  CHECK(same(tensors_of(b), tensors_b));
  CHECK(values_of(a) == values_b);
  CHECK(values_of(b) == values_a);
  CHECK_FALSE(a.first.weight.requires_grad());
  CHECK(b.first.weight.requires_grad());
  std::swap(a, b);
  std::swap(b.blocks[0], a.blocks[1]);
  std::swap(b.blocks[0], a.blocks[1]);
  std::swap(a.scale, b.scale);
  std::swap(a.scale, b.scale);
  CHECK(values_of(a) == values_a);
  CHECK(values_of(b) == values_b);
  CHECK(same(tensors_of(a), tensors_a));
  CHECK(same(tensors_of(b), tensors_b));
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
