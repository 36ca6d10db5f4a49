#include <memory>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/cut.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/adadelta.hpp"
#include "tapegrad/optim/adagrad.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/adamax.hpp"
#include "tapegrad/optim/lion.hpp"
#include "tapegrad/optim/nadam.hpp"
#include "tapegrad/optim/radam.hpp"
#include "tapegrad/optim/rmsprop.hpp"
#include "tapegrad/optim/rprop.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

/// More parameters than one loop takes: of many sizes, of both types, and some that lie apart.
std::vector<Tensor> parameters() {
  std::vector<Tensor> all;
  for (int i = 0; i < 37; ++i) {
    Tensor x = test::spread({1 + i * 7 % 50, 3}, -1, 1, i);
    if (i % 3 == 0) x = x.to(float32);
    if (i % 5 == 0) x = test::laid(x, test::Arrangement::sliced);
    if (i % 7 == 0) x = test::laid(x, test::Arrangement::transposed);
    all.push_back(x.requires_grad_());
  }
  return all;
}

/// Five steps. The gradient is found anew from each value; every fourth parameter joins late.
template <class Optimizer>
void train(const std::vector<Tensor>& all, const std::vector<std::unique_ptr<Optimizer>>& by) {
  for (int step = 0; step < 5; ++step) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      Tensor x = all[i];
      if (i % 4 == 0 && step < 2) continue;
      x.set_grad(x.detach() * x.detach() + 0.25);
    }
    for (const auto& optimizer : by) optimizer->step();
  }
}

template <class Optimizer, class Options>
void check_together(const Options& options) {
  const std::vector<Tensor> alone = parameters();
  std::vector<std::unique_ptr<Optimizer>> many;
  for (const Tensor& x : alone) {
    many.push_back(std::make_unique<Optimizer>(std::vector{x}, options));
  }
  train(alone, many);
  for (const int threads : {1, 2, 3, 7}) {
    CAPTURE(threads);
    const test::Cut cut(threads, 40);
    const std::vector<Tensor> together = parameters();
    std::vector<std::unique_ptr<Optimizer>> one;
    one.push_back(std::make_unique<Optimizer>(together, options));
    train(together, one);
    for (std::size_t i = 0; i < together.size(); ++i) {
      CAPTURE(i);
      CHECK(together[i].dtype() == alone[i].dtype());
      CHECK(together[i].to_vector<double>() == alone[i].to_vector<double>());
    }
  }
}

}  // namespace

TEST_CASE("parameters that step together step as they would alone, in any number of threads",
          "[optim]") {
  check_together<optim::SGD>(optim::SGDOptions{.lr = 0.1, .weight_decay = 0.01});
  check_together<optim::SGD>(optim::SGDOptions{.lr = 0.1, .momentum = 0.9, .dampening = 0.5});
  check_together<optim::Adam>(optim::AdamOptions{.lr = 0.1, .weight_decay = 0.1});
  check_together<optim::Adam>(optim::AdamOptions{.lr = 0.1, .amsgrad = true});
  check_together<optim::AdamW>(optim::AdamWOptions{.lr = 0.1});
  check_together<optim::NAdam>(optim::NAdamOptions{.lr = 0.1});
  check_together<optim::RAdam>(optim::RAdamOptions{.lr = 0.1});
  check_together<optim::Adamax>(optim::AdamaxOptions{.lr = 0.1});
  check_together<optim::Lion>(optim::LionOptions{.lr = 0.1, .weight_decay = 0.1});
  check_together<optim::Adadelta>(optim::AdadeltaOptions{});
  check_together<optim::Adagrad>(optim::AdagradOptions{.lr = 0.1, .lr_decay = 0.1});
  check_together<optim::RMSprop>(optim::RMSpropOptions{.lr = 0.1});
  check_together<optim::RMSprop>(optim::RMSpropOptions{.momentum = 0.5});
  check_together<optim::RMSprop>(optim::RMSpropOptions{.momentum = 0.5, .centered = true});
  check_together<optim::Rprop>(optim::RpropOptions{.lr = 0.1});
}
