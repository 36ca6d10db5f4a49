#include <memory>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/cut.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
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

/// Five steps. The gradient is found anew from each value; every fourth parameter may join late.
template <class Optimizer>
void train(const std::vector<Tensor>& all, const std::vector<std::unique_ptr<Optimizer>>& by,
           int late = 2) {
  for (int step = 0; step < 5; ++step) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      Tensor x = all[i];
      if (i % 4 == 0 && step < late) continue;
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

/// Five steps of one number, of a few that are equal to it, and of more than a register holds.
template <class Optimizer, class Options>
void check_number(const Options& options) {
  for (const DType dtype : {float32, float64}) {
    std::vector<Tensor> all;
    for (const Shape& shape : {Shape{}, Shape{3}, Shape{40}}) {
      all.push_back(full(shape, 0.7, {.dtype = dtype}).requires_grad_());
    }
    std::vector<std::unique_ptr<Optimizer>> by;
    by.push_back(std::make_unique<Optimizer>(all, options));
    train(all, by, 0);
    const auto number = all[0].item<double>();
    CAPTURE(dtype);
    CHECK(number != 0.7);
    CHECK(all[1].to_vector<double>() == std::vector<double>(3, number));
    CHECK(all[2].to_vector<double>() == std::vector<double>(40, number));
  }
}

/// f.template operator()<Optimizer>(options) for rules of every kind.
template <class F>
void for_each_rule(const F& f) {
  f.template operator()<optim::SGD>(optim::SGDOptions{.lr = 0.1, .weight_decay = 0.01});
  f.template operator()<optim::SGD>(
      optim::SGDOptions{.lr = 0.1, .momentum = 0.9, .dampening = 0.5});
  f.template operator()<optim::Adam>(optim::AdamOptions{.lr = 0.1, .weight_decay = 0.1});
  f.template operator()<optim::Adam>(optim::AdamOptions{.lr = 0.1, .amsgrad = true});
  f.template operator()<optim::AdamW>(optim::AdamWOptions{.lr = 0.1});
  f.template operator()<optim::NAdam>(optim::NAdamOptions{.lr = 0.1});
  f.template operator()<optim::RAdam>(optim::RAdamOptions{.lr = 0.1});
  f.template operator()<optim::Adamax>(optim::AdamaxOptions{.lr = 0.1});
  f.template operator()<optim::Lion>(optim::LionOptions{.lr = 0.1, .weight_decay = 0.1});
  f.template operator()<optim::Adadelta>(optim::AdadeltaOptions{});
  f.template operator()<optim::Adagrad>(optim::AdagradOptions{.lr = 0.1, .lr_decay = 0.1});
  f.template operator()<optim::RMSprop>(optim::RMSpropOptions{.lr = 0.1});
  f.template operator()<optim::RMSprop>(optim::RMSpropOptions{.momentum = 0.5});
  f.template operator()<optim::RMSprop>(optim::RMSpropOptions{.momentum = 0.5, .centered = true});
  f.template operator()<optim::Rprop>(optim::RpropOptions{.lr = 0.1});
}

}  // namespace

TEST_CASE("parameters that step together step as they would alone, in any number of threads",
          "[optim]") {
  for_each_rule([]<class Optimizer>(const auto& options) { check_together<Optimizer>(options); });
}

TEST_CASE("a parameter of one number steps as each of many numbers does", "[optim]") {
  for_each_rule([]<class Optimizer>(const auto& options) { check_number<Optimizer>(options); });
}
