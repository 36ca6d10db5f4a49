// Trainer: the loop around a model, a loss, an optimizer and what gives batches. A loop of one's
// own needs nothing of it, and nothing in nn or optim knows of it.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/data/batch.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/train/callback.hpp"
#include "tapegrad/train/checkpoints.hpp"
#include "tapegrad/train/metric.hpp"
#include "tapegrad/train/scores.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

struct TrainerOptions {
  /// In all, also those before a training was resumed.
  std::int64_t epochs = 1;
  /// Ends after so many steps in all, wherever that is in an epoch; 0: when the epochs are done.
  std::int64_t steps = 0;
  /// So many batches make one step, with the gradient of one large batch of them all, for losses
  /// that are means over rows. What is left at the end of an epoch makes a smaller step.
  std::int64_t accumulate = 1;
  CheckpointOptions checkpoints = {};
  /// The first Ctrl-C (SIGINT, SIGTERM, SIGHUP) ends the training after the step, and saves it; see
  /// Interruptible.
  bool interruptible = true;
};

struct MeasureOptions {
  /// Instead of the measure's own name.
  std::string name = {};
  /// What becomes of the model's output first: softmax() for a measure of probabilities.
  std::function<Tensor(const Tensor&)> of = {};
  /// Over the training batches as well.
  bool in_training = true;
};

/// Why fit() came back: all epochs or steps are done, somebody called stop(), or a signal came.
enum class Ended { finished, stopped, interrupted };

/// Trains a model:
///   const auto loss = [](const Tensor& y, const Tensor& t) { return nn::cross_entropy(y, t); };
///   train::Trainer trainer(model, loss, adam, {.epochs = 10});
///   trainer.measure(train::Accuracy());
///   trainer.add(train::EarlyStopping({.monitor = "val_loss", .patience = 3}));
///   trainer.fit(batches, &validation);
/// It holds references: model, optimizer and what is kept live as long. The model must be in
/// training mode, but its parts are left as they are: what is frozen or in evaluation mode stays
/// so. Two runs from the same initial weights, sources and default_generator() have the same bits,
/// so that one manual_seed() before the model is made repeats the whole training.
///   With a folder for checkpoints, fit() goes on from the newest intact one, in the middle of an
/// epoch, to the same bits as if it had never ended: model, optimizer, default_generator(), the
/// place in the epoch, sums of losses and measures, the history, callbacks and what keep() added.
///   Not for several threads at once.
class Trainer {
 public:
  /// `loss` makes one number of the model's output and the targets, or of the output and the whole
  /// Batch; a model is called with x, or with the Batch if its forward() takes one. Throws Error
  /// for options that mean nothing.
  template <std::derived_from<nn::Module> Model, class Loss>
  Trainer(Model& model, Loss loss, optim::Optimizer& optimizer, TrainerOptions options = {})
      : Trainer(model, forward_of(model), loss_of(std::move(loss)), optimizer, std::move(options)) {
  }
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;
  ~Trainer();

  /// A measure of predictions, over each epoch. Throws Error for a name that is taken, and while
  /// fit() runs.
  template <std::derived_from<Metric> M>
  Trainer& measure(M metric, MeasureOptions options = {}) {
    auto copy = std::make_unique<M>(metric);
    add_measure(std::make_unique<M>(std::move(metric)), std::move(copy), std::move(options));
    return *this;
  }
  /// The callback, which the trainer owns from now on. While fit() runs it begins at once, and
  /// takes part from the next event on.
  template <std::derived_from<Callback> C>
  C& add(C callback) {
    auto owned = std::make_unique<C>(std::move(callback));
    C& reference = *owned;
    add_callback(std::move(owned));
    return reference;
  }
  /// A function that is called after each step, and one after each epoch.
  Trainer& on_step(std::function<void(Trainer&)> f);
  Trainer& on_epoch(std::function<void(Trainer&)> f);
  /// Something more that is saved in checkpoints, as Saver::add() takes it: a generator, an average
  /// of the model.
  template <class T>
  Trainer& keep(std::string name, T& part) {
    checkpoints_.add(std::move(name), part);
    return *this;
  }

  /// Trains until the epochs or steps are done, stop() is called or a signal comes, from the newest
  /// checkpoint if there is one; once more after it has ended, with more epochs, it goes on.
  /// Scores of `validation` are taken at the end of each epoch. Throws Error when the model is in
  /// evaluation mode, the loss isn't one number, for a source without a batch, when it runs
  /// already, and where it would go on within an epoch of another number of batches or another
  /// `accumulate` (a source that doesn't know its size isn't asked), IoError as Saver does and for
  /// a checkpoint of another origin.
  Ended fit(data::BatchSource& source, data::BatchSource* validation = nullptr);
  /// Ends the training after this step or epoch.
  void stop() { stopping_ = true; }

  /// The loss, a mean over rows, and the measures of a source's epoch 0, in evaluation mode and
  /// outside the tape. The modes of all parts are put back, and a callback's evaluation of the
  /// training's own source leaves the training where it was. Throws Error for a source without a
  /// batch.
  Scores evaluate(data::BatchSource& source);
  /// What the model gives for a source's epoch 0, row after row, likewise.
  Tensor predict(data::BatchSource& source);

  nn::Module& model() const { return model_; }
  optim::Optimizer& optimizer() const { return optimizer_; }
  const TrainerOptions& options() const { return options_; }
  /// For another fit(): how many there are in all.
  void set_epochs(std::int64_t epochs);

  /// Steps so far.
  std::int64_t step() const { return step_; }
  /// The epoch that is trained, counted from 0, and how many of its batches are done.
  std::int64_t epoch() const { return epoch_; }
  std::int64_t batch() const { return batch_; }
  /// Batches of an epoch, if the source knows.
  std::optional<std::int64_t> batches() const { return batches_; }
  /// Rows of the last step.
  std::int64_t rows() const { return step_rows_; }
  /// The loss of the last step.
  double loss() const { return step_loss_; }
  /// The loss and the measures of this epoch so far.
  Scores scores() const;
  /// A line for each epoch that was ended, also before a training was resumed.
  const std::vector<EpochScores>& history() const { return history_; }
  /// The checkpoint that fit() went on from.
  const std::optional<io::Restored>& restored() const { return checkpoints_.restored(); }
  /// Where the last checkpoint was saved or restored; empty without any.
  const std::string& checkpoint() const { return checkpoints_.path(); }

  /// Where it is: "epoch", "batch", "step", what was summed up, measured and remembered. It is one
  /// part of a checkpoint, "trainer".
  StateDict state_dict() const;
  void load_state_dict(const StateDict& state);

 private:
  using Forward = std::function<Tensor(const data::Batch&)>;
  using LossOf = std::function<Tensor(const Tensor&, const data::Batch&)>;
  struct Measure {
    std::string name;
    std::function<Tensor(const Tensor&)> of;
    bool in_training = true;
    std::unique_ptr<Metric> training;
    std::unique_ptr<Metric> evaluation;
  };
  struct Named {
    std::string name;
    std::unique_ptr<Callback> callback;
  };
  struct Sum {
    double loss = 0;
    std::int64_t rows = 0;
    void add(double value, std::int64_t count);
    double mean() const;
  };

  Trainer(nn::Module& model, Forward forward, LossOf loss, optim::Optimizer& optimizer,
          TrainerOptions options);

  template <class Model>
  static Forward forward_of(Model& model) {
    if constexpr (requires(const data::Batch& batch) { model.forward(batch); }) {
      return [&model](const data::Batch& batch) -> Tensor { return model.forward(batch); };
    } else if constexpr (requires(const data::Batch& batch) { model(batch.x); }) {
      return [&model](const data::Batch& batch) -> Tensor { return model(batch.x); };
    } else {
      return [&model](const data::Batch& batch) -> Tensor { return model.forward(batch.x); };
    }
  }
  template <class Loss>
  static LossOf loss_of(Loss loss) {
    if constexpr (std::invocable<Loss&, const Tensor&, const data::Batch&>) {
      return loss;
    } else {
      return [loss = std::move(loss)](const Tensor& output, const data::Batch& batch) -> Tensor {
        return loss(output, batch.y);
      };
    }
  }

  void add_measure(std::unique_ptr<Metric> training, std::unique_ptr<Metric> evaluation,
                   MeasureOptions options);
  void add_callback(std::unique_ptr<Callback> callback);

  static void check_batch(const data::Batch& batch);
  static void take_measure(Metric& metric, const Measure& measure, const Tensor& output,
                           const data::Batch& batch);
  Tensor output_of(const data::Batch& batch) const;
  Tensor checked_loss(const Tensor& output, const data::Batch& batch) const;
  bool must_stop() const;
  std::vector<data::Batch> next_batches(data::BatchSource& source);
  void take_step(const std::vector<data::Batch>& batches);
  /// Gives what the model did, outside the tape.
  std::vector<Tensor> differentiate(const std::vector<data::Batch>& batches);
  /// Throws Error for a source of other batches than those that the epoch began with.
  void begin_epoch(data::BatchSource& source);
  /// Saves the step if it is due.
  bool ends_here();
  void train_epoch(data::BatchSource& source, data::BatchSource* validation);
  void end_epoch(data::BatchSource* validation);
  void begin_evaluation(data::BatchSource& source);
  /// Nothing where a signal came meanwhile that `interruptible` looks at.
  std::optional<Scores> evaluated(data::BatchSource& source, bool interruptible);

  template <class Visit>
  void each_callback(const Visit& visit);
  std::vector<std::string> score_names() const;
  /// Calls `visit` with the prefix of each measure and callback in a state, and with itself.
  template <class Visit>
  void visit_memories(const Visit& visit) const;
  /// What of a state is the trainer's own. Throws Error for what is nobody's.
  StateDict own_entries(const StateDict& state) const;
  /// The first time: goes on from what is there.
  void restore();
  void check_history() const;

  nn::Module& model_;
  optim::Optimizer& optimizer_;
  Forward forward_;
  LossOf loss_;
  TrainerOptions options_;
  std::vector<Measure> measures_;
  std::vector<Named> callbacks_;

  std::int64_t step_ = 0;
  std::int64_t epoch_ = 0;
  std::int64_t batch_ = 0;
  Sum sum_;
  std::vector<EpochScores> history_;

  bool validates_ = false;
  bool stopping_ = false;
  bool begun_ = false;
  bool running_ = false;
  /// Where the batches of the epoch come from; only compared.
  const data::BatchSource* training_ = nullptr;
  /// Whether that one was evaluated since it gave its last batch.
  bool moved_ = false;
  bool graph_listed_ = false;
  std::optional<std::int64_t> batches_;
  std::int64_t step_rows_ = 0;
  double step_loss_ = 0;
  Checkpoints checkpoints_;
};

}  // namespace train
}  // namespace tapegrad
