// Training steps of small models: forward, backward, optimizer.
#include <memory>

#include "training.hpp"
#if LIBRARY_IS(LIMITS)
#include "../../limits/linear_regression.hpp"
#include "../../limits/logistic_regression.hpp"
#include "../../limits/mlp.hpp"
#endif

namespace versus {
namespace {

#if LIBRARY_IS(OURS) || LIBRARY_IS(TORCH)
/// A linear model of n points with f features; loss_of(output, y).
Work linear(std::int64_t n, std::int64_t f, Tensor (*loss_of)(const Tensor&, const Tensor&)) {
  const Tensor weight = parameter({1, f});
  const Tensor bias = parameter({1});
  const auto sgd = std::make_shared<SGD>(std::vector<Tensor>{weight, bias}, sgd_options);
  return [=, x = uniform({n, f}), y = uniform({n, 1})] {
    descend(*sgd, loss_of(layer(x, weight, bias), y));
  };
}

std::vector<Tensor> mlp_parameters() {
  std::vector<Tensor> parameters;
  const std::int64_t sizes_of[] = {784, 256, 128, 10};
  for (int i = 0; i < 3; ++i) {
    for (const Shape& shape : {Shape{sizes_of[i + 1], sizes_of[i]}, Shape{sizes_of[i + 1]}}) {
      Tensor p = (uniform(shape) - 0.5F) * 0.1F;
      p.requires_grad_(true);
      parameters.push_back(p);
    }
  }
  return parameters;
}

template <class Optimizer, class Options>
Work mlp(std::int64_t batch, const Options& options) {
  const std::vector<Tensor> p = mlp_parameters();
  const auto optimizer = std::make_shared<Optimizer>(p, options);
  return [=, x = uniform({batch, 784}), y = labels(batch)] {
    Tensor h = lib::relu(layer(x, p[0], p[1]));
    h = lib::relu(layer(h, p[2], p[3]));
    descend(*optimizer, cross_entropy(layer(h, p[4], p[5]), y));
  };
}

Work adam_alone() {
  const std::vector<Tensor> p = mlp_parameters();
  for (const Tensor& parameter : p) lib::sum(parameter * parameter).backward();
  return [adam = std::make_shared<Adam>(p, adam_options)] { adam->step(); };
}

template <class Optimizer>
Work table(std::int64_t rows, std::int64_t looked_up) {
  const Tensor weight = parameter({rows, 32});
  const auto optimizer = std::make_shared<Optimizer>(std::vector<Tensor>{weight}, rate);
  return [=, indices = indices_below(rows, looked_up), y = uniform({looked_up, 32})] {
    descend(*optimizer, lib::sum(sparse_rows(weight, indices) * y));
  };
}
#elif LIBRARY_IS(LIMITS)
Work sgd_mlp(int batch) {
  const auto model = std::make_shared<limits::Mlp>(batch, std::vector{784, 256, 128, 10});
  return [=] { model->sgd_step(rate); };
}

Work adam_mlp(int batch) {
  const auto model = std::make_shared<limits::Mlp>(batch, std::vector{784, 256, 128, 10});
  const auto adam = std::make_shared<limits::Adam>(model->count());
  return [=] { model->adam_step(*adam, rate); };
}
#endif

void add_linear_regression(Group& group) {
  const char* const name = "linear regression step, 100 points, SGD";
  group.add(std::string(name) + "; limit: BLAS", [] {
    TENSORS(return linear(100, 1, mse);)
    LIMIT(return [line = std::make_shared<limits::Line>(100)] { line->step_with_blas(rate); };)
  });
  group.add(std::string(name) + "; limit: fused", [] {
    TENSORS(return linear(100, 1, mse);)
    LIMIT(return [line = std::make_shared<limits::Line>(100)] { line->step_fused(rate); };)
  });
}

void add_logistic_regression(Group& group) {
  for (const auto& [n, f] :
       std::vector<std::pair<int, int>>{{569, 30}, {10'000, 100}, {100'000, 200}}) {
    const std::string name =
        "logistic regression step, [" + std::to_string(n) + ", " + std::to_string(f) + "], SGD";
    group.add(name + "; limit: two passes", [n = n, f = f] {
      TENSORS(return linear(n, f, bce);)
      LIMIT(return [model = std::make_shared<limits::Logistic>(n, f)] {
        model->step_in_two_passes(rate);
      };)
    });
    group.add(name + "; limit: one pass", [n = n, f = f] {
      TENSORS(return linear(n, f, bce);)
      LIMIT(return
            [model = std::make_shared<limits::Logistic>(n, f)] { model->step_in_one_pass(rate); };)
    });
  }
}

void add_mlp(Group& group) {
  for (const int batch : {64, 512}) {
    const std::string name = "MLP 784-256-128-10 step, batch " + std::to_string(batch) + ", ";
    group.add(name + "SGD", [=] {
      TENSORS(return mlp<SGD>(batch, sgd_options);)
      LIMIT(return sgd_mlp(batch);)
    });
    group.add(name + "Adam", [=] {
      TENSORS(return mlp<Adam>(batch, adam_options);)
      LIMIT(return adam_mlp(batch);)
    });
  }
}

void add_adam(Group& group) {
  group.add("Adam's step alone, 235,146 parameters", [] {
    TENSORS(return adam_alone();)
    LIMIT(return [adam = std::make_shared<limits::Adam>(235'146), p = limits::random(235'146),
                  g = limits::random(235'146)]() mutable { adam->step(p.data(), g.data(), rate); };)
  });
}

void add_table(Group& group) {
  const std::string name = "embedding step, 4,096 of 200,000 rows of 32, sparse, ";
  group.add(name + "SGD", [] { TENSORS(return table<SGD>(200'000, 4'096);) });
  group.add(name + "Adagrad", [] { TENSORS(return table<Adagrad>(200'000, 4'096);) });
  group.add(name + "SparseAdam", [] { TENSORS(return table<SparseAdam>(200'000, 4'096);) });
}

}  // namespace

Group models() {
  Group group{"Training steps", {}};
  add_linear_regression(group);
  add_logistic_regression(group);
  add_mlp(group);
  add_adam(group);
  add_table(group);
  return group;
}

}  // namespace versus
