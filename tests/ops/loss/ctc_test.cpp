#include "tapegrad/ops/loss/ctc.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/cut.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/loss.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Integers = std::vector<std::int64_t>;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

Tensor integers(Integers values) { return Tensor::from_vector(std::move(values)); }
Tensor integers(Integers values, const Shape& shape) {
  return Tensor::from_vector(std::move(values), shape);
}

/// What a sequence of classes says: equal neighbours are one, blanks are nothing.
Integers said(const Integers& path, std::int64_t blank) {
  Integers text;
  for (std::size_t t = 0; t < path.size(); ++t) {
    if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) text.push_back(path[t]);
  }
  return text;
}

/// -log of the sum over all sequences that say `text`, one by one: [steps, classes].
double loss_of_paths(const Tensor& log_probs, const Integers& text, std::int64_t blank) {
  const std::int64_t steps = log_probs.size(0), classes = log_probs.size(1);
  const std::vector<double> x = log_probs.contiguous().to_vector<double>();
  Integers path(static_cast<std::size_t>(steps), 0);
  double sum = 0;
  for (;;) {
    double power = 0;
    for (std::size_t t = 0; t < path.size(); ++t) {
      power += x[t * static_cast<std::size_t>(classes) + static_cast<std::size_t>(path[t])];
    }
    if (said(path, blank) == text) sum += std::exp(power);
    std::size_t t = 0;
    while (t < path.size() && ++path[t] == classes) path[t++] = 0;
    if (t == path.size()) return -std::log(sum);
  }
}

Tensor probabilities(const Shape& shape) { return log_softmax(test::spread(shape, -2, 2), -1); }

/// Batches of two rows, the second shorter.
const Tensor two_targets = integers({1, 1, 2, 2, 0, 0}, {2, 3});
const Tensor two_inputs = integers({5, 4});
const Tensor two_lengths = integers({3, 1});

}  // namespace

TEST_CASE("ctc_loss has its derivatives", "[ops][table]") {
  const auto loss = [](nn::CtcLossOptions options) {
    return [=](const Tensors& x) {
      if (x[0].size(1) == 0) {
        const Tensor none = zeros({0}, {.dtype = int64});
        return nn::ctc_loss(x[0], zeros({0, 2}, {.dtype = int64}), none, none, options);
      }
      return nn::ctc_loss(x[0], two_targets, two_inputs, two_lengths, options);
    };
  };
  const auto call = [](const Shape& x, const Tensor& targets, const Tensor& steps,
                       const Tensor& letters) {
    return [=] { nn::ctc_loss(zeros(x), targets, steps, letters); };
  };
  const Tensor one = integers({1}), length = tensor(std::int64_t{1});
  test::check_rows({
      {.name = "ctc_loss",
       .f = loss({.reduction = Reduction::none}),
       .inputs = {{{5, 2, 3}, -3, -0.5}},
       .empty_inputs = {{5, 0, 3}},
       .empty_result = {0},
       .refuses = {{"ctc_loss: log_probs are [2], targets [1]", call({2}, one, length, length)},
                   {"ctc_loss: log_probs are [0, 3]", call({0, 3}, one, length, length)},
                   {"ctc_loss: label 3 at 0 of target 0 is out of range for 3 classes",
                    call({2, 3}, integers({3}), length, length)},
                   {"ctc_loss: label 0 at 0 of target 0 is the blank",
                    call({2, 3}, integers({0}), length, length)},
                   {"ctc_loss: input_lengths[0] is 3; it must lie in [0, 2]",
                    call({2, 3}, one, tensor(std::int64_t{3}), length)},
                   {"ctc_loss: target_lengths[0] is 2; it must lie in [0, 1]",
                    call({2, 3}, one, length, tensor(std::int64_t{2}))},
                   {"ctc_loss: targets are [3], but target_lengths add up to 2",
                    call({2, 2, 3}, integers({1, 2, 1}), integers({2, 2}), integers({1, 1}))},
                   {"ctc_loss: targets are float32, not integers",
                    call({2, 3}, ones({1}), length, length)},
                   {"ctc_loss: the blank 3 is none of 3 classes",
                    [=] {
                      nn::ctc_loss(zeros({2, 3}), one, length, length, {.blank = 3});
                    }},
                   {"ctc_loss: needs a floating-point tensor, got int64",
                    [=] {
                      nn::ctc_loss(zeros({2, 3}, {.dtype = int64}), one, length, length);
                    }}},
       .narrow_roundings = 8},
      {.name = "ctc_loss",
       .f = loss({.blank = 0, .reduction = Reduction::sum}),
       .inputs = {{{5, 2, 3}, -3, -0.5}},
       .empty_inputs = {{5, 0, 3}},
       .narrow_roundings = 8},
      {.name = "ctc_loss",
       .f =
           [](const Tensors& x) {
             return nn::ctc_loss(x[0], integers({2, 1, 1}), two_inputs, integers({2, 1}),
                                 {.reduction = Reduction::none});
           },
       .inputs = {{{5, 2, 3}, -3, -0.5}},
       .never_empty = "its targets are fixed above",
       .narrow_roundings = 8},
  });
}

TEST_CASE("ctc_loss is the sum over all sequences that say the target", "[ops][loss][ctc]") {
  struct Case {
    std::int64_t steps;
    Integers text;
    std::int64_t blank;
  };
  const std::vector<Case> cases = {{1, {1}, 0},       {3, {1, 2}, 0},    {5, {1, 1, 2}, 0},
                                   {6, {2, 2, 2}, 0}, {4, {0, 1, 0}, 2}, {6, {0, 2, 2}, 1},
                                   {4, {}, 0},        {2, {1, 2}, 0},    {3, {1, 1}, 0}};
  for (const Case& c : cases) {
    CAPTURE(c.steps, c.text, c.blank);
    const Tensor x = probabilities({c.steps, 3});
    const auto count = static_cast<std::int64_t>(c.text.size());
    const Tensor loss = nn::ctc_loss(x, integers(c.text), tensor(c.steps), tensor(count),
                                     {.blank = c.blank, .reduction = Reduction::none});
    CHECK(loss.shape() == Shape{});
    const double wanted = loss_of_paths(x, c.text, c.blank);
    CHECK(std::abs(loss.item<double>() - wanted) < 1e-13 * (1 + wanted));
  }
}

TEST_CASE("the gradient of ctc_loss is that of its sum over sequences", "[ops][loss][ctc]") {
  const Tensor x = probabilities({5, 3}).detach().requires_grad_();
  nn::ctc_loss(x, integers({1, 1}), tensor(std::int64_t{5}), tensor(std::int64_t{2})).backward();
  for (std::int64_t t = 0; t < 5; ++t) {
    for (std::int64_t c = 0; c < 3; ++c) {
      const auto at = [&](double step) {
        Tensor y = x.detach().clone();
        y[t][c] += step;
        return loss_of_paths(y, {1, 1}, 0) / 2;  // mean: by the target's length
      };
      const double slope = (at(1e-5) - at(-1e-5)) / 2e-5;
      CHECK(std::abs(x.grad()[t][c].item<double>() - slope) < 1e-9);
    }
  }
}

TEST_CASE("rows of ctc_loss end at their lengths, targets may follow one another",
          "[ops][loss][ctc]") {
  const Tensor x = probabilities({5, 2, 3});
  const nn::CtcLossOptions each{.reduction = Reduction::none};
  const Tensor losses = nn::ctc_loss(x, two_targets, two_inputs, two_lengths, each);
  CHECK(std::abs(losses[0].item<double>() - loss_of_paths(x.select(1, 0), {1, 1, 2}, 0)) < 1e-13);
  const Tensor shorter = x.select(1, 1).narrow(0, 0, 4);
  CHECK(std::abs(losses[1].item<double>() - loss_of_paths(shorter, {2}, 0)) < 1e-13);
  const Tensor behind =
      nn::ctc_loss(x, integers({1, 1, 2, 2}).to(int32), two_inputs, two_lengths, each);
  CHECK(equal(behind, losses));
  const double mean = (losses[0].item<double>() / 3 + losses[1].item<double>()) / 2;
  CHECK(std::abs(nn::ctc_loss(x, two_targets, two_inputs, two_lengths).item<double>() - mean) <
        1e-14);
  const nn::CTCLoss module({.reduction = Reduction::sum});
  CHECK(std::abs(module(x, two_targets, two_inputs, two_lengths).item<double>() -
                 sum(losses).item<double>()) < 1e-14);

  // What lies behind the end of a row may be anything, and gets no gradient.
  Tensor wild = x.detach().clone();
  wild[4][1].fill_(std::nan(""));
  wild.requires_grad_();
  const Tensor same = nn::ctc_loss(wild, two_targets, two_inputs, two_lengths, each);
  CHECK(equal(same, losses));
  sum(same).backward();
  CHECK(equal(wild.grad()[4][1], zeros({3}, {.dtype = float64})));
}

TEST_CASE("a target that doesn't fit has an infinite loss, or none", "[ops][loss][ctc]") {
  const Tensor x = probabilities({2, 2, 3}).detach().requires_grad_();
  const Tensor targets = integers({1, 1, 1, 2}, {2, 2}), steps = integers({2, 2});
  const nn::CtcLossOptions each{.reduction = Reduction::none};
  const Tensor loss = nn::ctc_loss(x, targets, steps, steps, each);
  CHECK(loss[0].item<double>() == infinite);  // two equal letters need a blank between them
  CHECK(std::isfinite(loss[1].item<double>()));
  sum(loss).backward();
  CHECK(isnan(x.grad().select(1, 0)).all().item<bool>());
  const Tensor again = nn::ctc_loss(x, targets, steps, steps, each);
  const Tensor recorded = grad({sum(again)}, {x}, {.create_graph = true})[0];
  CHECK(test::difference(recorded, x.grad(), 1e-13, 1e-15) == "");
  CHECK(isfinite(x.grad().select(1, 1)).all().item<bool>());
  for (const bool records : {false, true}) {
    const Tensor kept = nn::ctc_loss(x, targets, steps, steps,
                                     {.reduction = Reduction::sum, .zero_infinity = true});
    CHECK(kept.item<double>() == loss[1].item<double>());
    const Tensor g = grad({kept}, {x}, {.create_graph = records})[0];
    CHECK(equal(g.select(1, 0), zeros({2, 3}, {.dtype = float64})));
    CHECK(isfinite(g).all().item<bool>());
  }
  // No step at all says nothing.
  const Tensor none = nn::ctc_loss(x, targets, integers({0, 0}), integers({0, 1}), each);
  CHECK(none.to_vector<double>() == std::vector<double>{0, infinite});
}

TEST_CASE("ctc_loss keeps its digits in long sequences and where probabilities vanish",
          "[ops][loss][ctc]") {
  // One class that is certain at each step: the only path has probability 1.
  Tensor sure = full({1000, 1, 2}, -infinite);
  sure.select(2, 1).fill_(0);
  const Tensor letter = integers({1}), steps = integers({1000});
  CHECK(nn::ctc_loss(sure, letter, steps, integers({1})).item<float>() == 0);
  // All paths equal: their number, which is that of ways to place one run among blanks.
  const Tensor even = full({1000, 1, 2}, std::log(0.5), {.requires_grad = true});
  const double paths = 1000 * 1001 / 2.0;
  const double wanted =
      1000 * static_cast<double>(-static_cast<float>(std::log(0.5))) - std::log(paths);
  const Tensor loss = nn::ctc_loss(even, letter, steps, integers({1}));
  CHECK(std::abs(loss.item<double>() - wanted) < 1e-7 * wanted);
  loss.backward();
  // The share of runs that hold step t of n is (t + 1) (n - t) of them.
  for (const std::int64_t t : {0, 1, 500, 999}) {
    const double share = static_cast<double>((t + 1) * (1000 - t)) / paths;
    CHECK(std::abs(even.grad()[t][0][1].item<double>() + share) < 2e-7 * share);
  }
}

TEST_CASE("ctc_loss and its gradient are the same in any number of threads",
          "[ops][loss][ctc][threads]") {
  manual_seed(3);
  for (const DType dtype : {float32, float64}) {
    const Tensor x = log_softmax(randn({40, 9, 30}), -1).to(dtype).detach().requires_grad_();
    const Tensor targets = randint(1, 30, {9, 12});
    const Tensor steps = randint(30, 41, {9}), letters = randint(0, 13, {9});
    const auto run = [&] {
      const Tensor loss = nn::ctc_loss(x, targets, steps, letters, {.reduction = Reduction::none});
      return std::vector<Tensor>{loss.detach(), grad({sum(loss)}, {x})[0]};
    };
    std::vector<Tensor> alone;
    {
      const test::Cut cut(1);
      alone = run();
    }
    for (const int threads : {2, 3, 7}) {
      const test::Cut cut(threads);
      const std::vector<Tensor> several = run();
      CHECK(equal(several[0], alone[0]));
      CHECK(equal(several[1], alone[1]));
    }
  }
}

TEST_CASE("a captured ctc_loss looks at its targets in each run", "[ops][loss][ctc]") {
  const Program program = capture(
      [](const Tensor& x, const Tensor& targets) {
        return nn::ctc_loss(log_softmax(x, -1), targets, two_inputs, two_lengths);
      },
      {{5, 2, 3}, {{2, 3}, int64}});
  const Tensor x = test::spread({5, 2, 3}, -1, 1).to(float32);
  for (const Tensor& targets : {two_targets, integers({2, 1, 2, 1, 1, 1}, {2, 3})}) {
    CHECK(equal(program(x, targets),
                nn::ctc_loss(log_softmax(x, -1), targets, two_inputs, two_lengths)));
  }
  CHECK_THROWS_AS(program(x, zeros({2, 3}, {.dtype = int64})), Error);
}
