// The loop, without checkpoints.
#include "tapegrad/train/trainer.hpp"

#include <cmath>
#include <csignal>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/train/classification.hpp"
#include "tapegrad/train/interrupt.hpp"
#include "tapegrad/train/ranking.hpp"
#include "tapegrad/train/regression.hpp"
#include "train/runs.hpp"

using namespace tapegrad;
using namespace tapegrad::train;
using test::Rows;
using test::Run;

TEST_CASE("fit takes the steps of a loop of one's own, to the bit", "[train][trainer]") {
  Run by_hand;
  Rows rows = test::training_rows();
  for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
    rows.begin_epoch(epoch);
    while (const auto batch = rows.next()) {
      const auto& [x, y] = *batch;
      const Tensor loss = nn::cross_entropy(by_hand.net->forward(x), y);
      by_hand.adam->zero_grad();
      loss.backward();
      by_hand.adam->step();
    }
  }
  Run run({.epochs = 2});
  Rows same = test::training_rows();
  CHECK(run.trainer->fit(same) == Ended::finished);
  CHECK(run.weights() == by_hand.weights());
  CHECK(same.given == rows.given);
  CHECK(run.trainer->step() == 12);
}

TEST_CASE("one seed repeats a whole training", "[train][trainer]") {
  const auto train = [] {
    Run run({.epochs = 3});
    Rows rows = test::training_rows();
    run.trainer->fit(rows);
    return run.weights();
  };
  CHECK(train() == train());
}

TEST_CASE("the scores of an epoch are means over its rows", "[train][trainer]") {
  nn::Linear line(1, 1, {.dtype = float64});
  optim::SGD still(line.parameters(), {.lr = 0});
  // Seven rows in batches of 3, 3 and 1: the last counts a third of the others.
  const Tensor x = arange(1, 8, 1, {.dtype = float64}).view({7, 1});
  Rows rows(x, 2 * x + 1, 3);
  Trainer trainer(line, [](const Tensor& a, const Tensor& b) { return nn::mse_loss(a, b); }, still,
                  {.epochs = 2});
  trainer.measure(Mae()).measure(R2(), {.name = "fit", .in_training = false});
  CHECK(trainer.fit(rows, &rows) == Ended::finished);
  const double w = line.weight.item<double>();
  const double b = line.bias.item<double>();
  double squares = 0;
  double sizes = 0;
  double around = 0;
  for (int i = 1; i <= 7; ++i) {
    const double error = w * i + b - (2 * i + 1);
    squares += error * error / 7;
    sizes += std::abs(error) / 7;
    around += 4.0 * (i - 4) * (i - 4) / 7;
  }
  REQUIRE(trainer.history().size() == 2);
  for (const auto& [epoch, step, scores] : trainer.history()) {
    CHECK(step == 3 * (epoch + 1));
    std::string names;
    for (const auto& [name, value] : scores) names += name + " ";
    CHECK(names == "loss mae val_loss val_mae val_fit lr ");
    CHECK(scores["loss"] == Approx(squares).epsilon(1e-13));
    CHECK(scores["val_loss"] == Approx(squares).epsilon(1e-13));
    CHECK(scores["mae"] == Approx(sizes).epsilon(1e-13));
    CHECK(scores["val_mae"] == Approx(sizes).epsilon(1e-13));
    CHECK(scores["val_fit"] == Approx(1 - squares / around).epsilon(1e-13));
    CHECK(scores["lr"] == 0);
  }
  CHECK(trainer.history()[1].epoch == 1);
  CHECK_THROWS_WITH(
      trainer.history()[0].scores["val_mse"],
      "Scores: no \"val_mse\"; there are 6: loss, mae, val_loss, val_mae, val_fit, lr");
}

TEST_CASE("an epoch's scores know nothing of the epoch before", "[train][trainer]") {
  struct Scaled : nn::Module {
    nn::Parameter scale{ones({1}, {.dtype = float64})};
    void visit(nn::Visitor& v) override { v("scale", scale); }
    Tensor forward(const Tensor& x) const { return x * scale; }
  } net;
  /// 5 in the first epoch, 1 in the second; the target is 0.
  struct Falling : Rows {
    using Rows::Rows;
    double number = 0;
    void begin_epoch(std::int64_t epoch, std::int64_t first_batch) override {
      number = epoch == 0 ? 5 : 1;
      Rows::begin_epoch(epoch, first_batch);
    }
    std::optional<data::Batch> next() override {
      auto batch = Rows::next();
      if (batch) batch->x = full({2, 1}, number, {.dtype = float64});
      return batch;
    }
  } rows(zeros({4, 1}), zeros({4, 1}, {.dtype = float64}), 2);
  optim::SGD still(net.parameters(), {.lr = 0});
  Trainer trainer(net, [](const Tensor& y, const Tensor& t) { return nn::l1_loss(y, t); }, still,
                  {.epochs = 2});
  trainer.measure(Mae());
  trainer.fit(rows);
  for (const std::string name : {"loss", "mae"}) {
    CHECK(trainer.history()[0].scores[name] == 5);
    CHECK(trainer.history()[1].scores[name] == 1);
  }
}

TEST_CASE("accumulated batches make the step of one large batch", "[train][trainer]") {
  // In float64, without dropout: only the order of the sums differs.
  const auto train = [](std::int64_t size, std::int64_t accumulate) {
    manual_seed(2);
    nn::Linear net(4, 3, {.dtype = float64});
    optim::Adam adam(net.parameters(), {.lr = 0.05});
    Generator generator(5);
    const Tensor x = randn({22, 4}, {.dtype = float64}, generator);
    Rows rows(x, argmax(x.narrow(1, 0, 3), 1), size, 3);
    Trainer trainer(net, test::class_loss, adam, {.epochs = 2, .accumulate = accumulate});
    trainer.fit(rows);
    // 22 rows are a step of 12 and one of 10.
    CHECK(trainer.step() == 4);
    CHECK(trainer.rows() == 10);
    return net.weight.to_vector<double>();
  };
  const auto large = train(12, 1);
  const auto parts = train(4, 3);
  for (std::size_t i = 0; i < large.size(); ++i) {
    CHECK(parts[i] == Approx(large[i]).epsilon(1e-12));
  }
}

TEST_CASE("evaluation and prediction leave the modes, the tape and the generator as they were",
          "[train][trainer]") {
  Run run;
  run.net->dropout.eval();  // a part of its own mode
  Rows rows = test::validation_rows();
  run.trainer->measure(Accuracy());
  const auto before = default_generator().get_state().to_vector<std::int64_t>();
  const Scores scores = run.trainer->evaluate(rows);
  const Tensor predicted = run.trainer->predict(rows);
  CHECK(default_generator().get_state().to_vector<std::int64_t>() == before);
  CHECK(run.net->is_training());
  CHECK(run.net->hidden.is_training());
  CHECK_FALSE(run.net->dropout.is_training());
  CHECK_FALSE(predicted.requires_grad());
  CHECK(predicted.shape() == Shape{10, 3});

  run.net->eval();
  Generator generator(6);
  const Tensor x = randn({10, 4}, {}, generator);
  const Tensor y = argmax(x.narrow(1, 0, 3), 1);
  const Tensor whole = run.net->forward(x);
  // Products of fewer rows add up in another order.
  CHECK(test::difference(predicted, whole, 1e-6, 1e-7).empty());
  // float32: a mean of means of 4, 4 and 2 rows.
  CHECK(scores["loss"] == Approx(nn::cross_entropy(whole, y).item<double>()).epsilon(1e-6));
  CHECK(scores["accuracy"] == accuracy(whole, y));
}

TEST_CASE("evaluation leaves the modes of parts in lists as they were", "[train][trainer]") {
  struct Stack : nn::Module {
    std::vector<nn::Linear> layers;
    std::vector<std::vector<nn::Dropout>> drops;
    void visit(nn::Visitor& v) override { v("layers", layers), v("drops", drops); }
    Tensor forward(const Tensor& x) const { return drops[0][1](layers[1](layers[0](x))); }
  };
  Stack stack;
  for (int i = 0; i < 2; ++i) stack.layers.emplace_back(4, 4);
  for (int i = 0; i < 2; ++i) stack.drops.emplace_back(2, nn::Dropout(0.5));
  stack.layers[1].eval();
  stack.drops[0][1].eval();
  optim::SGD sgd(stack.parameters(), {.lr = 0.1});
  const auto loss = [](const Tensor& y, const Tensor& labels) {
    return nn::cross_entropy(y, labels);
  };
  Trainer trainer(stack, loss, sgd);
  Rows rows = test::validation_rows();
  trainer.evaluate(rows);
  trainer.predict(rows);
  CHECK(stack.is_training());
  CHECK(stack.layers[0].is_training());
  CHECK_FALSE(stack.layers[1].is_training());
  CHECK(stack.drops[0][0].is_training());
  CHECK_FALSE(stack.drops[0][1].is_training());
  CHECK(stack.drops[1][1].is_training());
}

TEST_CASE("a measure may want something else than the model's output", "[train][trainer]") {
  Run run;
  Rows rows = test::validation_rows();
  run.trainer->measure(RocAuc(), {.of = [](const Tensor& y) { return softmax(y, 1); }});
  const double area = run.trainer->evaluate(rows)["roc_auc"];
  rows.begin_epoch(0);
  std::vector<Tensor> targets;
  while (const auto batch = rows.next()) targets.push_back(batch->y);
  CHECK(area ==
        Approx(roc_auc(softmax(run.trainer->predict(rows), 1), cat(targets, 0))).epsilon(1e-12));
}

TEST_CASE("a training ends by steps or by stop(), wherever it is in an epoch", "[train][trainer]") {
  Run run({.epochs = 5, .steps = 8});
  Rows rows = test::training_rows();
  CHECK(run.trainer->fit(rows) == Ended::finished);
  CHECK(run.trainer->step() == 8);
  CHECK(run.trainer->epoch() == 1);
  CHECK(run.trainer->batch() == 2);
  CHECK(run.trainer->history().size() == 1);

  Run stopped({.epochs = 5});
  stopped.trainer->on_step([](Trainer& t) {
    if (t.step() == 6) t.stop();
  });
  int epochs = 0;
  stopped.trainer->on_epoch([&](Trainer&) { ++epochs; });
  CHECK(stopped.trainer->fit(rows) == Ended::stopped);
  CHECK(epochs == 1);  // the sixth step is the last of its epoch
  CHECK(stopped.trainer->epoch() == 1);
  stopped.trainer->set_epochs(1);
  CHECK(stopped.trainer->fit(rows) == Ended::finished);
  CHECK(stopped.trainer->step() == 6);
}

TEST_CASE("a model and a loss may take the whole batch", "[train][trainer]") {
  struct Sum : nn::Module {
    nn::Parameter scale{ones({1})};
    void visit(nn::Visitor& v) override { v("scale", scale); }
    Tensor forward(const data::Batch& batch) { return batch.x * scale; }
  } net;
  optim::SGD sgd(net.parameters(), {.lr = 0.5});
  Trainer trainer(
      net, [](const Tensor& y, const data::Batch& batch) { return mean(y - batch.x); }, sgd);
  Rows rows(ones({4, 1}), {}, 2);  // without targets
  CHECK(trainer.fit(rows) == Ended::finished);
  CHECK(net.scale.item<float>() == 0);  // two steps of 0.5
}

TEST_CASE("the first signal ends a training after its step, the handlers come back",
          "[train][trainer][signal]") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // What runs in the background may ignore some of them, which is respected.
    struct sigaction usual {
    }, outside{};
    usual.sa_handler = SIG_DFL;
    ::sigaction(signal, &usual, &outside);
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    Run run({.epochs = 5});
    Rows rows = test::training_rows();
    run.trainer->on_step([&](Trainer& t) {
      if (t.step() == 8) std::raise(signal);
    });
    CHECK(run.trainer->fit(rows) == Ended::interrupted);
    CHECK(interrupted() == signal);
    CHECK(run.trainer->step() == 8);
    CHECK(run.trainer->fit(rows) == Ended::interrupted);  // still
    CHECK(run.trainer->step() == 8);
    forget_interruption();
    struct sigaction now {};
    ::sigaction(signal, nullptr, &now);
    CHECK(now.sa_handler == before.sa_handler);
    run.trainer->set_epochs(2);
    CHECK(run.trainer->fit(rows) == Ended::finished);
    CHECK(run.trainer->step() == 12);
    ::sigaction(signal, &outside, nullptr);
  }
}
