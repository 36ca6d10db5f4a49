// How rows of models are made: a module behind a weight, and its loss.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "program/models.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad::test {

using Tensors = std::vector<Tensor>;

/// The module behind a weight, so that gradients go through it where it has no parameters.
template <class M>
struct Behind : nn::Module {
  explicit Behind(M m) : inner(std::move(m)) {}
  void visit(nn::Visitor& v) override {
    v("weight", weight);
    v("inner", inner);
  }
  nn::Parameter weight{full({1}, 1.25)};
  M inner;
};

/// loss_of(module, feeds), the floating-point ones of which went through the weight.
template <class Make, class F>
ModelRow row(std::string name, std::vector<Feed> feeds, Make make, F loss_of) {
  const auto made = [make, loss_of]() -> Trained {
    const auto model = std::make_shared<Behind<decltype(make())>>(make());
    const auto loss = [model, loss_of](const Tensors& x) {
      Tensors weighted;
      for (const Tensor& one : x) {
        weighted.push_back(is_floating(one.dtype()) ? one * model->weight : one);
      }
      return Tensors{loss_of(model->inner, weighted)};
    };
    return {model, loss};
  };
  return {std::move(name), std::move(feeds), made};
}

/// The mean square of what the layer gives.
template <class Make>
ModelRow layer(std::string name, const Feed& feed, Make make) {
  return row(std::move(name), {feed}, make,
             [](const auto& m, const Tensors& x) { return square(m(x[0])).mean(); });
}

template <class Make>
ModelRow plain(std::string name, Make make) {
  return layer(std::move(name), {3, 4}, make);
}

}  // namespace tapegrad::test
