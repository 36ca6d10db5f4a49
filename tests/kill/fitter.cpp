// A Trainer that may be killed at any moment, as trainer.cpp is: it goes on from its newest
// checkpoint, in the middle of an epoch, and reports on standard output what it has saved.
//   fitter FOLDER OUT STEPS KEEP    checkpoints in FOLDER; in OUT the final weights, the history
//   and
//                                   how often each row was learned from in each epoch
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "tapegrad/autograd.hpp"
#include "tapegrad/data/batch.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/curves.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/train/classification.hpp"
#include "tapegrad/train/ranking.hpp"
#include "tapegrad/train/schedules.hpp"
#include "tapegrad/train/stopping.hpp"
#include "tapegrad/train/trainer.hpp"
namespace tg = tapegrad;

namespace {

constexpr std::int64_t features = 48;
constexpr std::int64_t hidden = 512;
constexpr std::int64_t classes = 4;
constexpr std::int64_t rows = 92;
constexpr std::int64_t batch_rows = 4;        // 23 batches
constexpr std::int64_t steps_per_epoch = 12;  // of two batches, the last of one

struct Network : tg::nn::Module {
  tg::nn::Linear first{features, hidden};
  tg::nn::Dropout dropout{0.3};
  tg::nn::Linear last{hidden, classes};
  void visit(tg::nn::Visitor& v) override {
    v("first", first), v("dropout", dropout), v("last", last);
  }
  tg::Tensor forward(const tg::Tensor& x) { return last(dropout(relu(first(x)))); }
};

/// Each batch says, instead of lengths, which rows it has.
class Rows : public tg::data::BatchSource {
 public:
  void begin_epoch(std::int64_t epoch, std::int64_t first_batch) override {
    tg::Generator generator(100 + static_cast<std::uint64_t>(epoch));
    order_ = tg::randperm(rows, {}, generator);
    next_ = first_batch * batch_rows;
  }
  std::optional<tg::data::Batch> next() override {
    if (next_ >= rows) return std::nullopt;
    const tg::Tensor chosen = order_.narrow(0, next_, batch_rows);
    next_ += batch_rows;
    return tg::data::Batch{index_select(x_, 0, chosen), index_select(y_, 0, chosen), chosen};
  }
  std::optional<std::int64_t> size() const override { return rows / batch_rows; }

 private:
  tg::Generator generator_{17};
  tg::Tensor x_ = tg::randn({rows, features}, {}, generator_);
  tg::Tensor y_ = argmax(x_.narrow(1, 0, classes), 1);
  tg::Tensor order_;
  std::int64_t next_ = 0;
};

/// In one write, so that whoever reads the pipe never sees half a line.
void report(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) std::exit(3);
}

/// Says when a checkpoint is being written, and when it has been.
class Reporter : public tg::train::Callback {
 public:
  std::string name() const override { return "reporter"; }
  void on_begin(tg::train::Trainer& trainer) override {
    report("resumed " + std::to_string(trainer.step()));
    if (!trainer.restored()) return;
    for (std::size_t i = 0; i < trainer.restored()->passed_over.size(); ++i) report("passed over");
  }
  void on_save(tg::train::Trainer& trainer) override {
    saving_ = trainer.step();
    report("saving " + std::to_string(saving_));
  }
  void on_gradients(tg::train::Trainer&) override { saved(); }
  void on_end(tg::train::Trainer&) override { saved(); }

 private:
  void saved() {
    if (saving_ >= 0) report("saved " + std::to_string(saving_));
    saving_ = -1;
  }
  std::int64_t saving_ = -1;
};

tg::StateDict train(const std::string& folder, std::int64_t steps, std::int64_t keep) {
  Network network;
  tg::optim::Adam adam(network.parameters(), {.lr = 0.003});
  const std::int64_t epochs = steps / steps_per_epoch;
  tg::Tensor learned = tg::zeros({epochs, rows}, {.dtype = tg::int64});
  tg::train::Trainer* place = nullptr;
  const auto loss = [&](const tg::Tensor& y, const tg::data::Batch& batch) {
    if (tg::grad_enabled())
      learned.select(0, place->epoch())
          .index_add_(0, batch.lengths, tg::ones({batch_rows}, {.dtype = tg::int64}));
    return tg::nn::cross_entropy(y, batch.y);
  };
  tg::train::Trainer trainer(
      network, loss, adam,
      {.epochs = epochs,
       .accumulate = 2,
       .checkpoints = {.directory = folder, .every_steps = 2, .max_to_keep = keep}});
  place = &trainer;
  trainer.measure(tg::train::Accuracy());
  trainer.measure(tg::train::AveragePrecision());
  trainer.add(
      tg::train::Schedule(tg::optim::Scheduler(adam, tg::optim::ExponentialLR{.gamma = 0.999}),
                          tg::train::Every::step));
  trainer.add(tg::train::PlateauSchedule(tg::optim::ReduceLROnPlateau(adam, {.patience = 1})));
  trainer.add(tg::train::EarlyStopping({.patience = 1000}));
  trainer.add(Reporter());
  trainer.keep("learned", learned);
  Rows training;
  Rows validation;
  trainer.fit(training, &validation);
  tg::StateDict result = network.state_dict();
  result.insert("learned", learned);
  for (const auto& [name, tensor] : trainer.state_dict()) {
    if (name == "history" || name.starts_with("scores.")) result.insert(name, tensor);
  }
  if (!all(learned == 1).item<bool>()) throw tg::Error("a row was missed, or came twice");
  return result;
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) return 2;
  try {
    tg::io::save_safetensors(words[2], train(words[1], std::stoll(words[3]), std::stoll(words[4])));
    report("done");
  } catch (const tg::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
