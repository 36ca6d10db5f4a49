#include "cases.hpp"

#include <cstdint>
#include <memory>
#include <utility>

#include "tapegrad/tapegrad.hpp"

namespace overhead {
namespace {

namespace tg = tapegrad;

constexpr int chain = 1000;

enum class Recorded { no, yes };

/// x of [1], and step(x) applied `chain` times to it.
template <class Step>
struct Chain {
  Step step;
  tg::Tensor x;
  tg::Tensor y = {};

  Chain(Recorded recorded, Step s)
      : step(std::move(s)), x(tg::ones({1}, {.requires_grad = recorded == Recorded::yes})) {}

  void grow() {
    tg::Tensor grown = x;
    for (int i = 0; i < chain; ++i) grown = step(grown);
    y = std::move(grown);
  }
  void free() { y = tg::Tensor(); }
};

/// The operations forward; freeing what they made is no part of it.
template <class Step>
Work forward(Recorded recorded, Step step) {
  const auto state = std::make_shared<Chain<Step>>(recorded, std::move(step));
  return {.run = [=] { state->grow(); }, .after = [=] { state->free(); }};
}

template <class Step>
Work forward_and_freed(Recorded recorded, Step step) {
  const auto state = std::make_shared<Chain<Step>>(recorded, std::move(step));
  return {.run = [=] {
    state->grow();
    state->free();
  }};
}

/// The reverse pass, with the freeing of the records that belongs to it.
template <class Step>
Work backward(Step step) {
  const auto state = std::make_shared<Chain<Step>>(Recorded::yes, std::move(step));
  return {.run = [=] { state->y.backward(); }, .before = [=] { state->grow(); }};
}

auto add_one() {
  return [one = tg::ones({1})](const tg::Tensor& x) { return x + one; };
}

tg::Tensor times_number(const tg::Tensor& x) { return x * 1.5F; }

/// A view of one tensor each time, rather than a view of a view of a view.
template <class View>
Work views(Recorded recorded, View view) {
  const bool grad = recorded == Recorded::yes;
  return {.run = [view, x = tg::ones({2, 3}, {.requires_grad = grad})] {
    for (int i = 0; i < chain; ++i) view(x);
  }};
}

/// A linear model of n points with f features, and gradient descent.
struct Model {
  tg::Tensor x;
  tg::Tensor y;
  tg::Tensor weight;
  tg::Tensor bias = tg::zeros({1}, {.requires_grad = true});
  tg::optim::SGD sgd;

  Model(std::int64_t n, std::int64_t f)
      : x(tg::ones({n, f})),
        y(tg::ones({n, 1})),
        weight(tg::zeros({f, 1}, {.requires_grad = true})),
        sgd({weight, bias}, {.lr = 1e-3}) {}

  tg::Tensor output() const { return tg::matmul(x, weight) + bias; }
  void descend(const tg::Tensor& loss) {
    sgd.zero_grad();
    loss.backward();
    sgd.step();
  }
};

/// The notes' model: 100 points on a line, mean squared error written out.
tg::Tensor written_out(const Model& m) { return tg::mean(tg::square(m.output() - m.y)); }

Work linear_regression_forward() {
  const auto line = std::make_shared<Model>(100, 1);
  return {.run = [=] { written_out(*line); }};
}

Work linear_regression_step() {
  const auto line = std::make_shared<Model>(100, 1);
  return {.run = [=] { line->descend(written_out(*line)); }};
}

Work linear_regression_step_mse_loss() {
  const auto line = std::make_shared<Model>(100, 1);
  return {.run = [=] { line->descend(tg::nn::mse_loss(line->output(), line->y)); }};
}

/// The same with a module: what its forward pass enters and leaves is part of the step.
Work linear_regression_step_layer() {
  struct Layer {
    tg::Tensor x = tg::ones({100, 1});
    tg::Tensor y = tg::ones({100, 1});
    tg::nn::Sequential line{tg::nn::Linear(1, 1)};
    tg::optim::SGD sgd{line.parameters(), {.lr = 1e-3}};
  };
  const auto state = std::make_shared<Layer>();
  return {.run = [=] {
    const tg::Tensor loss = tg::nn::mse_loss(state->line(state->x), state->y);
    state->sgd.zero_grad();
    loss.backward();
    state->sgd.step();
  }};
}

/// The same, captured: what is left of a step without dispatch, tape and memory.
Work linear_regression_step_captured() {
  struct State {
    tg::Tensor x = tg::ones({100, 1});
    tg::Tensor y = tg::ones({100, 1});
    tg::nn::Linear line{1, 1};
    tg::optim::SGD sgd{line.parameters(), {.lr = 1e-3}};
    tg::Program step = tg::capture(
        [this](const tg::Tensor& in, const tg::Tensor& out) {
          const tg::Tensor loss = tg::nn::mse_loss(line(in), out);
          sgd.zero_grad();
          loss.backward();
          sgd.step();
          return loss;
        },
        {{100, 1}, {100, 1}});
  };
  const auto state = std::make_shared<State>();
  return {.run = [=] { state->step(state->x, state->y); }};
}

/// The size of the breast cancer data. Mostly arithmetic, so it has no budget for overhead.
Work logistic_regression_step() {
  const auto model = std::make_shared<Model>(569, 30);
  return {.run = [=] {
    model->descend(tg::nn::binary_cross_entropy_with_logits(model->output(), model->y));
  }};
}

/// The same, captured.
Work logistic_regression_step_captured() {
  struct State {
    Model model{569, 30};
    tg::Program step = tg::capture(
        [this](const tg::Tensor& x, const tg::Tensor& y) {
          const tg::Tensor output = tg::matmul(x, model.weight) + model.bias;
          const tg::Tensor loss = tg::nn::binary_cross_entropy_with_logits(output, y);
          model.descend(loss);
          return loss;
        },
        {{569, 30}, {569, 1}});
  };
  const auto state = std::make_shared<State>();
  return {.run = [=] { state->step(state->model.x, state->model.y); }};
}

constexpr int euler_steps = 200;

/// Euler's method for x' = x (1 - x) on one number, and the derivative by where it began.
tg::Tensor growth(const tg::Tensor& start) {
  const tg::Tensor x = start.detach().requires_grad_();
  tg::Tensor grown = x;
  for (int i = 0; i < euler_steps; ++i) grown = grown + (grown - grown * grown) * 0.01F;
  grown.backward();
  return x.grad();
}

Work euler() {
  return {.run = [x = tg::full({1}, 0.1)] { growth(x); }};
}

Work euler_captured() {
  return {.run = [x = tg::full({1}, 0.1), f = tg::capture(growth, {{1}})] { f(x); }};
}

/// The optimizer alone, over eight parameters of one element.
Work adam_step() {
  std::vector<tg::Tensor> parameters;
  for (int i = 0; i < 8; ++i) parameters.push_back(tg::ones({1}, {.requires_grad = true}));
  for (const tg::Tensor& p : parameters) tg::sum(p).backward();
  const auto adam = std::make_shared<tg::optim::Adam>(parameters);
  return {.run = [=] { adam->step(); }};
}

}  // namespace

const std::vector<Case>& cases() {
  using enum Recorded;
  using tg::Tensor;
  static const std::vector<Case> all = {
      {"add_unrecorded", chain, 36, [] { return forward_and_freed(no, add_one()); }},
      {"add_recorded", chain, 67, [] { return forward(yes, add_one()); }},
      {"add_recorded_and_freed", chain, 67, [] { return forward_and_freed(yes, add_one()); }},
      {"add_backward", chain, 63, [] { return backward(add_one()); }},
      {"number_unrecorded", chain, 36, [] { return forward_and_freed(no, times_number); }},
      {"number_recorded", chain, 67, [] { return forward(yes, times_number); }},
      {"number_backward", chain, 63, [] { return backward(times_number); }},
      {"sigmoid_recorded", chain, 0,
       [] { return forward(yes, [](const Tensor& x) { return tg::sigmoid(x); }); }},
      {"sigmoid_backward", chain, 0,
       [] { return backward([](const Tensor& x) { return tg::sigmoid(x); }); }},
      {"view", chain, 35, [] { return views(no, [](const Tensor& x) { return x.view({6}); }); }},
      {"view_recorded", chain, 0,
       [] { return views(yes, [](const Tensor& x) { return x.view({6}); }); }},
      {"transpose", chain, 35, [] { return views(no, [](const Tensor& x) { return x.t(); }); }},
      {"select", chain, 35, [] { return views(no, [](const Tensor& x) { return x[1]; }); }},
      {"sum_to_one_number", chain, 0,
       [] { return views(no, [](const Tensor& x) { return tg::sum(x); }); }},
      {"linear_regression_forward", 1, 3000, linear_regression_forward},
      {"linear_regression_step", 1, 3000, linear_regression_step},
      {"linear_regression_step_mse_loss", 1, 3000, linear_regression_step_mse_loss},
      {"linear_regression_step_layer", 1, 3000, linear_regression_step_layer},
      {"linear_regression_step_captured", 1, 0, linear_regression_step_captured},
      {"logistic_regression_step", 1, 0, logistic_regression_step},
      {"logistic_regression_step_captured", 1, 0, logistic_regression_step_captured},
      {"euler_step", euler_steps, 0, euler},
      {"euler_step_captured", euler_steps, 0, euler_captured},
      {"adam_step", 1, 0, adam_step},
  };
  return all;
}

}  // namespace overhead
