// Models of sequences beside what torch computed of them, see tools/make_sequence_reference.py.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "nn/sequence_reference.hpp"
#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

using Tensors = std::vector<Tensor>;

/// Parameters whose elements their names give.
inline void fill_by_name(nn::Module& model) {
  model.to(float64);
  for (const auto& [name, p] : model.named_parameters()) {
    double k = 0;
    for (const char letter : name) k += letter;
    std::vector<double> values(static_cast<std::size_t>(p.numel()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = std::sin(static_cast<double>(i) + k) / std::sqrt(static_cast<double>(p.size(-1)));
    }
    Tensor(p).detach().copy_(Tensor::from_vector(std::move(values), p.shape()));
  }
}

/// The sum of y cos(i).
inline Tensor weighed(const Tensor& y) {
  return sum(y.flatten() * cos(arange(0, y.numel(), 1, {.dtype = float64})));
}

inline void check_prints(const std::string& what, const Tensor& x, const Prints& wanted) {
  CAPTURE(what);
  REQUIRE(wanted.contains(what));
  REQUIRE(x.defined());
  const auto values = x.detach().to_vector<double>();
  double even = 0, odd = 0, size = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    even += values[i] * std::cos(static_cast<double>(i));
    odd += values[i] * std::sin(3 * static_cast<double>(i));
    size += std::abs(values[i]);
  }
  // Some hundred roundings of 2^-53.
  CHECK(std::abs(even - wanted.at(what)[0]) <= 1e-13 * size + 1e-15);
  CHECK(std::abs(odd - wanted.at(what)[1]) <= 1e-13 * size + 1e-15);
}

/// Results of f(x) and the gradients of inputs and parameters are torch's.
inline void check_case(const std::string& name, nn::Module& model, const Tensors& inputs,
                       const std::function<Tensors(const Tensors&)>& f) {
  CAPTURE(name);
  REQUIRE(sequence_references.contains(name));
  const Prints& wanted = sequence_references.at(name);
  fill_by_name(model);
  Tensors x;
  for (const Tensor& in : inputs) x.push_back(in.clone().requires_grad_());
  const Tensors y = f(x);
  Tensor total = zeros({}, {.dtype = float64});
  for (std::size_t i = 0; i < y.size(); ++i) {
    check_prints("y" + std::to_string(i), y[i], wanted);
    total = total + weighed(y[i]);
  }
  total.backward();
  for (std::size_t i = 0; i < x.size(); ++i) {
    check_prints("x" + std::to_string(i), x[i].grad(), wanted);
  }
  const auto parameters = model.named_parameters();
  for (const auto& [path, p] : parameters) check_prints(path, p.grad(), wanted);
  CHECK(wanted.size() == y.size() + x.size() + parameters.size());
}

/// A mask that hides some, and never the first.
inline Tensor hidden(const Shape& shape, int seed) {
  const Tensor mask = spread(shape, 0, 1, seed) > 0.6;
  return mask & (arange(shape.back()) != 0);
}

inline Tensor queries() { return spread({4, 3, 6}, -1, 1); }
inline Tensor keys() { return spread({5, 3, 6}, -1, 1, 1); }
inline Tensor values() { return spread({5, 3, 6}, -1, 1, 2); }

}  // namespace tapegrad::test
