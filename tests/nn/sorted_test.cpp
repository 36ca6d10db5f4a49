// A list of models, each with an optimizer, whose order changes: a place in the list keeps its
// tensors, values move.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

/// Parts in members, a vector and a Sequential, all filled with one number.
struct Net : nn::Module {
  nn::Linear first{2, 2};
  std::vector<nn::Linear> blocks{std::vector<nn::Linear>(2, nn::Linear(2, 2))};
  nn::Sequential head{nn::Linear(2, 1)};
  nn::Parameter scale = ones({2});

  explicit Net(double value) {
    const NoGrad guard;
    for (Tensor& p : parameters()) p.fill_(value);
  }
  void visit(nn::Visitor& v) override {
    v("first", first);
    v("blocks", blocks);
    v("head", head);
    v("scale", scale);
  }
  double value() const { return scale.to_vector<float>()[0]; }
  bool is_filled_with_one_value() const {
    for (const Tensor& p : parameters()) {
      for (const float x : p.to_vector<float>()) {
        if (x != static_cast<float>(value())) return false;
      }
    }
    return true;
  }
};

bool by_value(const Net& a, const Net& b) { return a.value() < b.value(); }

using Nets = std::vector<Net>;
using Reorder = std::function<void(Nets&)>;

std::vector<double> values_of(const Nets& nets) {
  std::vector<double> values;
  for (const Net& net : nets) {
    CHECK(net.is_filled_with_one_value());
    values.push_back(net.value());
  }
  return values;
}

/// Values go as numbers would in a list of numbers; tensors stay in their places, and optimizers
/// that were made for a place train what is there.
void check_stays(std::size_t count, const Reorder& reorder) {
  Nets nets;
  for (std::size_t i = 0; i < count; ++i) {
    nets.emplace_back(static_cast<double>(i * 7 % count) + 1);
  }
  std::vector<std::vector<Tensor>> tensors;
  std::vector<optim::SGD> rules;
  for (const Net& net : nets) {
    tensors.push_back(net.parameters());
    rules.emplace_back(net.parameters(), optim::SGDOptions{.lr = 0.5});
  }
  const std::vector<double> before = values_of(nets);
  for (int round = 0; round < 2; ++round) {
    reorder(nets);
    std::vector<double> now = values_of(nets);
    CHECK(std::ranges::is_permutation(now, before));
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(std::ranges::equal(nets[i].parameters(), tensors[i], &Tensor::is_same));
    }
  }
  const std::vector<double> ordered = values_of(nets);
  for (std::size_t i = 0; i < count; ++i) {
    rules[i].zero_grad();
    nets[i].scale.sum().backward();
    rules[i].step();
    CHECK(nets[i].value() == ordered[i] - 0.5);
  }
}

void insertion_sort(Nets& nets) {
  for (std::size_t i = 1; i < nets.size(); ++i) {
    Net held = std::move(nets[i]);
    std::size_t hole = i;
    for (; hole > 0 && by_value(held, nets[hole - 1]); --hole) {
      nets[hole] = std::move(nets[hole - 1]);
    }
    nets[hole] = std::move(held);
  }
}

}  // namespace

TEST_CASE("sorted models are what their optimizers train", "[nn][identity][sorted]") {
  const std::vector<Reorder> ways{
      [](Nets& nets) { std::sort(nets.begin(), nets.end(), by_value); },
      [](Nets& nets) { std::ranges::sort(nets, {}, &Net::value); },
      [](Nets& nets) { std::stable_sort(nets.rbegin(), nets.rend(), by_value); },
      [](Nets& nets) { std::partial_sort(nets.begin(), nets.begin() + 2, nets.end(), by_value); },
      [](Nets& nets) { std::nth_element(nets.begin(), nets.begin() + 1, nets.end(), by_value); },
      [](Nets& nets) {
        std::make_heap(nets.begin(), nets.end(), by_value);
        std::sort_heap(nets.begin(), nets.end(), by_value);
      },
      insertion_sort,
  };
  for (std::size_t way = 0; way < ways.size(); ++way) {
    for (const std::size_t count : {2, 3, 5, 40}) {
      INFO("way " << way << ", " << count << " models");
      check_stays(count, [&](Nets& nets) {
        ways[way](nets);
        if (way == 0 || way == 1 || way > 4) CHECK(std::ranges::is_sorted(nets, by_value));
      });
    }
  }
}

TEST_CASE("models in another order are what their optimizers train", "[nn][identity][sorted]") {
  for (const std::size_t count : {2, 3, 8, 25}) {
    check_stays(count, [](Nets& nets) { std::rotate(nets.begin(), nets.begin() + 1, nets.end()); });
    check_stays(count, [](Nets& nets) { std::rotate(nets.begin(), nets.end() - 1, nets.end()); });
    check_stays(count, [](Nets& nets) { std::ranges::reverse(nets); });
    check_stays(count, [](Nets& nets) {
      std::mt19937 random(1);
      std::shuffle(nets.begin(), nets.end(), random);
    });
    check_stays(count, [](Nets& nets) {
      std::partition(nets.begin(), nets.end(), [](const Net& net) { return net.value() > 2; });
    });
    check_stays(count, [](Nets& nets) {
      std::stable_partition(nets.begin(), nets.end(),
                            [](const Net& net) { return net.value() > 2; });
    });
  }
}

TEST_CASE("a list of models may grow and be sorted in turn", "[nn][identity][sorted]") {
  Nets nets;
  for (int round = 0; round < 12; ++round) {
    Net next(static_cast<double>(round * 5 % 12));
    nets.push_back(std::move(next));
    std::vector<std::vector<Tensor>> tensors;
    for (const Net& net : nets) tensors.push_back(net.parameters());
    std::ranges::sort(nets, by_value);
    CHECK(std::ranges::is_sorted(values_of(nets)));
    for (std::size_t i = 0; i < nets.size(); ++i) {
      CHECK(std::ranges::equal(nets[i].parameters(), tensors[i], &Tensor::is_same));
    }
  }
}

TEST_CASE("sorted layers and parameters keep their places too", "[nn][identity][sorted]") {
  std::vector<nn::Linear> layers;
  std::vector<nn::Parameter> alone;
  for (int i = 0; i < 9; ++i) {
    alone.emplace_back(full({2}, 1.0 * (i * 4 % 9)));
    layers.emplace_back(2, 2);
    layers.back().weight = full({2, 2}, 1.0 * (i * 4 % 9));
  }
  std::vector<Tensor> tensors;
  for (int i = 0; i < 9; ++i) {
    tensors.push_back(layers[i].weight);
    tensors.push_back(alone[i]);
  }
  const auto first = [](const Tensor& x) { return x.to_vector<float>()[0]; };
  std::ranges::sort(layers, {}, [&](const nn::Linear& layer) { return first(layer.weight); });
  std::sort(alone.begin(), alone.end(),
            [&](const Tensor& a, const Tensor& b) { return first(a) < first(b); });
  for (int i = 0; i < 9; ++i) {
    CHECK(first(layers[i].weight) == static_cast<float>(i));
    CHECK(first(alone[i]) == static_cast<float>(i));
    CHECK(tensors[2 * i].is_same(layers[i].weight));
    CHECK(tensors[2 * i + 1].is_same(alone[i]));
  }
}
