// Parts in containers of every kind keep the tensors that an optimizer holds, or the step refuses.
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

struct Pair {
  nn::Linear a{2, 2};
  nn::Linear b{2, 2};
};

struct Net : nn::Module {
  std::map<std::string, nn::Linear> by_name{{"x", nn::Linear(2, 2)}, {"y", nn::Linear(2, 2)}};
  std::array<nn::Linear, 2> few{nn::Linear(2, 2), nn::Linear(2, 2)};
  std::optional<nn::Linear> perhaps = nn::Linear(2, 2);
  Pair pair;
  void visit(nn::Visitor& v) override {
    for (auto& [name, part] : by_name) v(name, part);
    v("few0", few[0]);
    v("few1", few[1]);
    if (perhaps) v("perhaps", *perhaps);
    v("pair_a", pair.a);
    v("pair_b", pair.b);
  }
  Tensor forward(Tensor x) {
    for (auto& [name, part] : by_name) x = part(x);
    for (nn::Linear& part : few) x = part(x);
    if (perhaps) x = (*perhaps)(x);
    return pair.b(pair.a(x));
  }
};

std::vector<float> values_of(const nn::Module& m) {
  std::vector<float> all;
  for (const auto& [name, tensor] : m.state_dict()) {
    for (const float v : tensor.to_vector<float>()) all.push_back(v);
  }
  return all;
}

enum class Result { goes_on, refused };

Result after(const std::function<void(Net& model, Net& best)>& change) {
  Net model;
  Net best = model;
  optim::SGD rule(model.parameters(), {.lr = 0.1});
  const auto train = [&] {
    rule.zero_grad();
    model.forward(ones({1, 2})).sum().backward();
    rule.step();
  };
  for (int i = 0; i < 2; ++i) train();
  const auto kept = values_of(best);
  change(model, best);
  CHECK(values_of(model) == kept);
  const std::string message = error_of(train);
  if (message != "no error") {
    CHECK_THAT(message, Catch::Contains("make a new optimizer"));
    return Result::refused;
  }
  CHECK(std::ranges::equal(model.parameters(), rule.parameters(), &Tensor::is_same));
  CHECK(values_of(model) != kept);
  return Result::goes_on;
}

/// Layers of a vector, told apart by their first weight, and an optimizer that holds them all.
struct Row {
  std::vector<nn::Linear> layers;
  std::unique_ptr<optim::SGD> rule;
  explicit Row(const std::vector<int>& keys, bool of_two_shapes = false) {
    layers.reserve(keys.size() + 1);
    std::vector<Tensor> all;
    for (const int key : keys) {
      layers.emplace_back(2, of_two_shapes && key % 2 == 0 ? 3 : 2);
      layers.back().weight = full(layers.back().weight.shape(), 1.0 * key);
      for (const Tensor& p : layers.back().parameters()) all.push_back(p);
    }
    rule = std::make_unique<optim::SGD>(all, optim::SGDOptions{.lr = 0.5});
    train();
  }
  void train() {
    rule->zero_grad();
    Tensor loss = zeros({});
    for (nn::Linear& layer : layers) loss = loss + layer(zeros({1, 2})).sum();
    loss.backward();
    rule->step();
  }
  std::vector<int> keys() const {
    std::vector<int> result;
    for (const nn::Linear& layer : layers) {
      result.push_back(layer.weight.to_vector<int>().front());
    }
    return result;
  }
  /// Every layer takes part in a step.
  bool trains() {
    std::vector<float> before;
    for (const nn::Linear& layer : layers) before.push_back(layer.bias.to_vector<float>()[0]);
    train();
    return std::ranges::equal(
        layers, before, {},
        [](const nn::Linear& layer) { return layer.bias.to_vector<float>()[0]; },
        [](float value) { return value - 0.5F; });
  }
};

bool by_key(const nn::Linear& a, const nn::Linear& b) {
  return a.weight.to_vector<float>().front() < b.weight.to_vector<float>().front();
}

}  // namespace

TEST_CASE("models with parts in maps, arrays, optionals and structs are moved and swapped",
          "[nn][identity][containers]") {
  const auto goes_on = [](const auto& change) { CHECK(after(change) == Result::goes_on); };
  goes_on([](Net& model, Net& best) { model = std::move(best); });
  goes_on([](Net& model, Net& best) { model = Net(best); });
  goes_on([](Net& model, Net& best) { std::swap(model, best); });
  goes_on([](Net& model, Net& best) {
    const bool complete = model.load_state_dict(best.state_dict()).complete();
    CHECK(complete);
  });
  goes_on([](Net& model, Net& best) {
    Net worse;
    worse = std::move(model);
    model = std::move(best);
  });
  goes_on([](Net& model, Net& best) {
    Net worse;
    worse = std::move(model);
    model = best;  // the copies that std::map makes find what the model was left with
  });
  goes_on([](Net& model, Net& best) {
    for (auto& [name, part] : model.by_name) part = best.by_name.at(name);
    model.few = best.few;
    model.perhaps = best.perhaps;
    model.pair = best.pair;
  });
  goes_on([](Net& model, Net& best) {
    for (auto& [name, part] : model.by_name) std::swap(part, best.by_name.at(name));
    std::swap(model.few, best.few);
    std::swap(model.perhaps, best.perhaps);
    std::swap(model.pair, best.pair);
  });
}

TEST_CASE("copies of a model whose parts are made anew are refused in the first step",
          "[nn][identity][containers]") {
  const auto refused = [](const auto& change) { CHECK(after(change) == Result::refused); };
  refused([](Net& model, Net& best) { model = best; });  // std::map makes new elements
  refused([](Net& model, Net& best) {
    model.perhaps.reset();
    model = Net(best);
  });
}

TEST_CASE("sorted, rotated and shuffled layers are all trained", "[nn][identity][containers]") {
  for (const bool of_two_shapes : {false, true}) {
    INFO("of two shapes: " << of_two_shapes);
    std::vector<int> keys;
    for (int i = 0; i < 40; ++i) keys.push_back(1 + i * 17 % 41);
    const auto check = [&](const auto& change) {
      Row row(keys, of_two_shapes);
      std::vector<int> expected = keys;
      change(row.layers, expected);
      CHECK(row.keys() == expected);
      CHECK(row.trains());
    };
    check([](auto& layers, auto& expected) {
      std::sort(layers.begin(), layers.end(), by_key);
      std::ranges::sort(expected);
    });
    check([](auto& layers, auto& expected) {
      std::stable_sort(layers.begin(), layers.end(), by_key);
      std::ranges::sort(expected);
    });
    check([](auto& layers, auto& expected) {
      std::make_heap(layers.begin(), layers.end(), by_key);
      std::sort_heap(layers.begin(), layers.end(), by_key);
      std::ranges::sort(expected);
    });
    check([](auto& layers, auto& expected) {
      std::rotate(layers.begin(), layers.begin() + 7, layers.end());
      std::rotate(expected.begin(), expected.begin() + 7, expected.end());
    });
    check([](auto& layers, auto& expected) {
      std::reverse(layers.begin(), layers.end());
      std::ranges::reverse(expected);
    });
  }
}

TEST_CASE("a layer that is put into a vector is trained with the others",
          "[nn][identity][containers]") {
  for (const bool fits : {true, false}) {  // in the memory that the vector has
    Row row({1, 2, 3});
    if (!fits) row.layers.shrink_to_fit();
    nn::Linear more(2, 2);
    more.weight = full({2, 2}, 9.0);
    row.rule->add_group(more.parameters(), {.lr = 0.5});
    row.layers.insert(row.layers.begin() + 1, std::move(more));
    CHECK(row.keys() == std::vector<int>{1, 9, 2, 3});
    CHECK(row.trains());
  }
}

TEST_CASE("a layer that is taken out of a vector makes the next step refuse",
          "[nn][identity][containers]") {
  Row row({1, 2, 3});
  row.layers.erase(row.layers.begin());
  CHECK(row.keys() == std::vector<int>{2, 3});
  CHECK_THROWS_WITH(row.train(), Catch::Contains("is not part of a module any more"));
}
