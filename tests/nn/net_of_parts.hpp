// A model with parts in every kind of container, and what must hold when it gets other values.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test::net_of_parts {

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

using Values = std::vector<std::vector<float>>;

inline Values values_of(const nn::Module& m) {
  Values values;
  for (const auto& [name, tensor] : m.state_dict()) values.push_back(tensor.to_vector<float>());
  return values;
}

inline std::vector<Tensor> tensors_of(const nn::Module& m) {
  std::vector<Tensor> all = m.parameters();
  for (Tensor& buffer : m.buffers()) all.push_back(buffer);
  return all;
}

inline bool same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
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
inline void check_goes_on(const std::function<void(Net&, Net&)>& replace) {
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

}  // namespace tapegrad::test::net_of_parts
