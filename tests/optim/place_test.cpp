#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

float start(std::int64_t i) { return static_cast<float>(0.37 * std::sin(1.0 + 3.0 * i)); }

/// A parameter after five steps towards the least sum of x^3, and its elements.
template <class Optimizer, class Options>
std::vector<float> trained(Tensor x, const Options& options) {
  x.requires_grad_();
  Optimizer optimizer({x}, options);
  for (int i = 0; i < 5; ++i) {
    optimizer.zero_grad();
    sum(x * x * x).backward();
    optimizer.step();
  }
  return x.to_vector<float>();
}

/// Elements that are alone, in tensors of every length around the width of vectors, and apart.
template <class Optimizer, class Options>
void check_places(const Options& options) {
  const std::int64_t most = 37;
  std::vector<float> alone;
  for (std::int64_t i = 0; i < most; ++i) {
    alone.push_back(trained<Optimizer>(full({1}, start(i)), options)[0]);
  }
  for (std::int64_t n = 2; n <= most; ++n) {
    std::vector<float> dense;
    std::vector<float> wide;
    for (std::int64_t i = 0; i < n; ++i) {
      dense.push_back(start(i));
      wide.insert(wide.end(), {start(i), 1.0F});
    }
    const std::vector<float> expected(alone.begin(), alone.begin() + n);
    CHECK(trained<Optimizer>(Tensor::from_vector(std::move(dense)), options) == expected);
    const Tensor columns = Tensor::from_vector(std::move(wide)).reshape({n, 2});
    CHECK(trained<Optimizer>(columns.select(1, 0), options) == expected);
  }
}

}  // namespace

TEST_CASE("a step of an element depends on nothing but its numbers", "[optim]") {
  check_places<optim::SGD>(optim::SGDOptions{.lr = 0.1, .weight_decay = 0.01});
  check_places<optim::SGD>(optim::SGDOptions{.lr = 0.1, .momentum = 0.9, .nesterov = true});
  check_places<optim::Adam>(optim::AdamOptions{.lr = 0.1});
  check_places<optim::Adam>(optim::AdamOptions{.lr = 0.1, .amsgrad = true});
  check_places<optim::AdamW>(optim::AdamWOptions{.lr = 0.1});
}
