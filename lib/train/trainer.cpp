// The loop. What it remembers is in trainer_state.cpp, evaluation in evaluation.cpp.
#include "tapegrad/train/trainer.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/train/interrupt.hpp"

namespace tapegrad::train {
namespace {

/// What on_step() and on_epoch() were given.
class Called : public Callback {
 public:
  using Function = std::function<void(Trainer&)>;
  Called(Function step, Function epoch) : step_(std::move(step)), epoch_(std::move(epoch)) {}
  std::string name() const override { return "function"; }
  void on_step(Trainer& trainer) override {
    if (step_) step_(trainer);
  }
  void on_epoch(Trainer& trainer) override {
    if (epoch_) epoch_(trainer);
  }

 private:
  Function step_;
  Function epoch_;
};

void check_options(const TrainerOptions& o) {
  check<Error>(o.epochs >= 0, "Trainer: there are {} epochs", o.epochs);
  check<Error>(o.steps >= 0, "Trainer: there are {} steps; 0 for as many as the epochs have",
               o.steps);
  check<Error>(o.accumulate >= 1, "Trainer: accumulate is {}; a step has at least 1 batch",
               o.accumulate);
}

/// Sets a flag while it lives.
class Running {
 public:
  explicit Running(bool& flag) : flag_(flag) { flag_ = true; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { flag_ = false; }

 private:
  bool& flag_;
};

std::int64_t rows_of(const data::Batch& batch) { return batch.x.size(0); }

}  // namespace

Trainer::Trainer(nn::Module& model, Forward forward, LossOf loss, optim::Optimizer& optimizer,
                 TrainerOptions options)
    : model_(model),
      optimizer_(optimizer),
      forward_(std::move(forward)),
      loss_(std::move(loss)),
      options_(std::move(options)),
      checkpoints_(options_.checkpoints) {
  check_options(options_);
  checkpoints_.add("model", model_).add("optimizer", optimizer_);
  checkpoints_.add("random", default_generator()).add("trainer", *this);
  checkpoints_.before_saving([this] { each_callback([&](Callback& one) { one.on_save(*this); }); });
}

Trainer::~Trainer() = default;

// By index, of as many as there were: what is added meanwhile moves the list.
template <class Visit>
void Trainer::each_callback(const Visit& visit) {
  const std::size_t count = callbacks_.size();
  for (std::size_t i = 0; i < count; ++i) visit(*callbacks_[i].callback);
}

void Trainer::set_epochs(std::int64_t epochs) {
  TrainerOptions options = options_;
  options.epochs = epochs;
  check_options(options);
  options_ = std::move(options);
}

void Trainer::add_measure(std::unique_ptr<Metric> training, std::unique_ptr<Metric> evaluation,
                          MeasureOptions options) {
  std::string name = options.name.empty() ? training->name() : options.name;
  check<Error>(!running_,
               "Trainer.measure: \"{}\" is added while fit() runs, in epoch {}; add it before",
               name, epoch_);
  const bool reserved = name == "loss" || name == "lr" || name.starts_with("val_");
  check<Error>(!reserved && name.find('.') == std::string::npos,
               "Trainer.measure: \"{}\" can't be the name of a measure; loss, lr and val_... are "
               "the trainer's, and none has a dot",
               name);
  check<Error>(std::ranges::find(measures_, name, &Measure::name) == measures_.end(),
               "Trainer.measure: two measures are called \"{}\"; give one another name", name);
  measures_.push_back({std::move(name), std::move(options.of), options.in_training,
                       std::move(training), std::move(evaluation)});
}

void Trainer::add_callback(std::unique_ptr<Callback> callback) {
  const std::string name = callback->name();
  check<Error>(!name.empty() && name.find('.') == std::string::npos,
               "Trainer.add: \"{}\" can't be the name of a callback; use one without dots", name);
  std::string unique = name;
  for (int i = 2; std::ranges::find(callbacks_, unique, &Named::name) != callbacks_.end(); ++i) {
    unique = fmt::format("{}_{}", name, i);
  }
  Callback& added = *callback;
  callbacks_.push_back({std::move(unique), std::move(callback)});
  if (running_) added.on_begin(*this);
}

Trainer& Trainer::on_step(std::function<void(Trainer&)> f) {
  check<Error>(f != nullptr, "Trainer.on_step: the function is empty, after {} callbacks",
               callbacks_.size());
  add_callback(std::make_unique<Called>(std::move(f), nullptr));
  return *this;
}

Trainer& Trainer::on_epoch(std::function<void(Trainer&)> f) {
  check<Error>(f != nullptr, "Trainer.on_epoch: the function is empty, after {} callbacks",
               callbacks_.size());
  add_callback(std::make_unique<Called>(nullptr, std::move(f)));
  return *this;
}

Ended Trainer::fit(data::BatchSource& source, data::BatchSource* validation) {
  check<Error>(model_.is_training(),
               "Trainer.fit: {} is in evaluation mode; call its train() first", model_.name());
  check<Error>(!running_, "Trainer.fit: it runs already, in epoch {}", epoch_);
  validates_ = validation != nullptr;
  stopping_ = false;
  std::optional<Interruptible> signals;
  if (options_.interruptible) signals.emplace();
  restore();
  check_history();
  const Running running(running_);
  each_callback([&](Callback& one) { one.on_begin(*this); });
  while (epoch_ < options_.epochs && !must_stop()) train_epoch(source, validation);
  checkpoints_.save(step_);
  each_callback([&](Callback& one) { one.on_end(*this); });
  if (options_.interruptible && interrupted() != 0) return Ended::interrupted;
  return stopping_ ? Ended::stopped : Ended::finished;
}

bool Trainer::must_stop() const {
  return stopping_ || (options_.steps > 0 && step_ >= options_.steps) ||
         (options_.interruptible && interrupted() != 0);
}

void Trainer::begin_epoch(data::BatchSource& source) {
  if (batch_ > 0) {
    source.begin_epoch(epoch_);  // before it is asked for its size
    const std::int64_t now = source.size().value_or(0);
    const std::int64_t then = batches_.value_or(0);
    check<Error>(now == 0 || then == 0 || now == then,
                 "Trainer.fit: epoch {} had {} batches when it ended after {} of them, and has {} "
                 "now; go on with batches of the same size",
                 epoch_, then, batch_, now);
  }
  training_ = &source;
  moved_ = false;
  source.begin_epoch(epoch_, batch_);
  batches_ = source.size();
}

bool Trainer::ends_here() {
  if (checkpoints_.due_by_steps(step_)) checkpoints_.save(step_);
  return must_stop();
}

// What is saved behind the last step of an epoch has its validation, and nothing of an epoch is
// logged again by who goes on from there. So one step is looked ahead, but for sources that know
// their size; what is done is saved then before the next batch can fail.
void Trainer::train_epoch(data::BatchSource& source, data::BatchSource* validation) {
  begin_epoch(source);
  std::vector<data::Batch> batches = next_batches(source);
  check<Error>(!batches.empty() || batch_ > 0, "Trainer.fit: the source gave no batch in epoch {}",
               epoch_);
  while (!batches.empty()) {
    take_step(batches);
    if (batches_ && batch_ < *batches_ && ends_here()) return;
    batches = next_batches(source);
    if (batches.empty()) break;
    if (ends_here()) return;
  }
  end_epoch(validation);
}

std::vector<data::Batch> Trainer::next_batches(data::BatchSource& source) {
  if (std::exchange(moved_, false)) source.begin_epoch(epoch_, batch_);
  std::vector<data::Batch> batches;
  while (static_cast<std::int64_t>(batches.size()) < options_.accumulate) {
    std::optional<data::Batch> batch = source.next();
    if (!batch) break;
    check_batch(*batch);
    batches.push_back(std::move(*batch));
  }
  return batches;
}

void Trainer::take_step(const std::vector<data::Batch>& batches) {
  std::vector<Tensor> outputs;
  const auto step = [&] {
    outputs = differentiate(batches);
    each_callback([&](Callback& one) { one.on_gradients(*this); });
    const NameScope scope("train");
    optimizer_.step();
  };
  const bool wanted =
      std::ranges::any_of(callbacks_, [](const Named& one) { return one.callback->wants_graph(); });
  if (wanted && !std::exchange(graph_listed_, true)) {
    const std::vector<TapeRecord> records = trace(step);
    each_callback([&](Callback& one) {
      if (one.wants_graph()) one.on_graph(*this, records);
    });
  } else {
    step();
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (const Measure& one : measures_) {
      if (one.in_training) take_measure(*one.training, one, outputs[i], batches[i]);
    }
  }
  sum_.add(step_loss_, step_rows_);
  batch_ += static_cast<std::int64_t>(batches.size());
  ++step_;
  checkpoints_.changed();
  each_callback([&](Callback& one) { one.on_step(*this); });
}

std::vector<Tensor> Trainer::differentiate(const std::vector<data::Batch>& batches) {
  optimizer_.zero_grad();
  step_rows_ = 0;
  for (const data::Batch& batch : batches) step_rows_ += rows_of(batch);
  std::vector<Tensor> outputs;
  Sum sum;
  for (const data::Batch& batch : batches) {
    const Tensor output = output_of(batch);
    const Tensor loss = checked_loss(output, batch);
    const NameScope scope("train");
    if (batches.size() == 1) {
      loss.backward();
    } else {
      const double part = static_cast<double>(rows_of(batch)) / static_cast<double>(step_rows_);
      (loss * part).backward();
    }
    sum.add(loss.item<double>(), rows_of(batch));
    outputs.push_back(output.detach());
  }
  step_loss_ = sum.mean();
  return outputs;
}

void Trainer::end_epoch(data::BatchSource* validation) {
  Scores scores = this->scores();
  if (validation != nullptr) {
    const std::optional<Scores> found = evaluated(*validation, options_.interruptible);
    if (!found) return;
    for (const auto& [name, value] : *found) scores.insert("val_" + name, value);
  }
  scores.insert("lr", optimizer_.lr(0));
  history_.push_back({epoch_, step_, std::move(scores)});
  each_callback([&](Callback& one) { one.on_epoch(*this); });
  ++epoch_;
  batch_ = 0;
  sum_ = {};
  for (const Measure& one : measures_) one.training->reset();
  checkpoints_.changed();
  if (checkpoints_.due_by_steps(step_) || checkpoints_.due_by_epochs(epoch_)) {
    checkpoints_.save(step_);
  }
}

}  // namespace tapegrad::train
