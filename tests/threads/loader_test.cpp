// Workers load from one dataset while the main thread trains on what they gave.
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/data/loader.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "threads/at_once.hpp"

using namespace tapegrad;
using namespace tapegrad::data;

namespace {

Mapped noisy() {
  return map(TensorDataset(arange(64).to(float32), arange(64)),
             [](const Tensor& x, Generator& random) { return x + rand({3}, {}, random); });
}

/// What three epochs make of a weight.
std::vector<double> trained(const AnyDataset& dataset, int workers) {
  Tensor weight = ones({3}, {.requires_grad = true});
  optim::SGD rule({weight}, {.lr = 1e-8});
  DataLoader loader(dataset, {.batch_size = 5, .shuffle = true, .num_workers = workers});
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (const auto& [x, y] : loader) {
      rule.zero_grad();
      ((x * weight).sum() - y.to(float32).sum()).pow(2).backward();
      rule.step();
    }
  }
  return weight.to_vector<double>();
}

}  // namespace

TEST_CASE("training is the same whoever loads, also beside another that shares the dataset",
          "[threads][data]") {
  const AnyDataset dataset = noisy();
  const std::vector<double> alone = trained(dataset, 0);
  std::vector<std::vector<double>> results(3);
  test::at_once(3, [&](int i) { results[static_cast<std::size_t>(i)] = trained(dataset, i + 1); });
  CHECK((alone[0] > 0 && alone[0] != 1));  // it has learned, and is a number
  for (const std::vector<double>& result : results) CHECK(result == alone);
}
