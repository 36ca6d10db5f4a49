// What every training sample keeps of its run: checkpoints that it goes on from, logs for
// TensorBoard, and the result for other programs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tapegrad/tapegrad.hpp>
#include <vector>

#include "flags.hpp"

namespace samples {

struct TrainingFiles {
  std::string model_dir;
  std::string log_dir;
  std::string export_file;
  std::int64_t save_every = 100;
};

/// Declares --model-dir, --save-every, --log-dir and --export.
void declare(Flags& flags, TrainingFiles& files);

/// With `flag` nothing is trained: it excludes what a training writes.
void trains_nothing(Flags& flags, const std::string& flag);

/// Does something with weights of a file; what it throws begins with the file's name.
void with_weights_of(const std::string& file,
                     const std::function<void(const tapegrad::StateDict&)>& what);

/// Throws std::runtime_error for files that could not be written later.
void check_writable(const TrainingFiles& files);
/// The same for a file that another flag names, or none.
void check_writable(const std::string& flag, const std::string& file);

/// What is done with the tensors: a function of inputs like `x`.
struct ExportedModel {
  std::function<tapegrad::Tensor(const tapegrad::Tensor&)> forward;
  tapegrad::Feed x;
};

/// Writes the tensors to a .safetensors or .npz file, or the model to an .onnx file, and says so.
/// Nothing without --export.
void export_result(const TrainingFiles& files, const tapegrad::StateDict& result,
                   const ExportedModel& model);

/// What a training comes from: other flags or other data mean another one.
struct Origin {
  std::map<std::string, std::string> flags;
  std::vector<tapegrad::Tensor> data;
};

/// A number for data: enough to tell an edited file from the one that was trained on.
std::string fingerprint(const std::vector<tapegrad::Tensor>& data);

/// Says where a training goes on, and which checkpoints were passed over.
void say_resumed(const tapegrad::io::Restored& restored);

/// Says where Ctrl-C stopped a training, and where checkpoint and log are; both may be empty.
void say_ended(const TrainingFiles& files, std::int64_t step, const std::string& checkpoint);

/// The files of one run, around a loop of steps:
///   Training training(files, origin);
///   training.add("model", model).add("optimizer", sgd);
///   for (auto step = training.resume(last); step < last && !tg::train::interrupted();) {
///     training.run_step([&] { ... });
///     training.finished(++step, model);
///   }
///   training.end(step);
/// Without the flags it does nothing but run the steps. From resume() on the first Ctrl-C ends the
/// loop, and end() saves.
class Training {
 public:
  /// Throws std::runtime_error for files that could not be written later.
  Training(const TrainingFiles& files, const Origin& origin);
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  /// What is saved; must live as long.
  template <class T>
  Training& add(const std::string& name, T& part) {
    checkpoints_.add(name, part);
    return *this;
  }

  /// Restores the newest intact checkpoint, says so, and gives its step; 0 where there is none.
  /// Throws IoError, before anything is changed, when it is of another origin.
  std::int64_t resume(std::int64_t last);

  /// Runs `step`. The first time its operations are also logged as a graph.
  void run_step(const std::function<void()>& step);

  /// Logs a number of the step that is about to be finished.
  void log(std::string_view tag, double value, std::int64_t step) {
    if (writer_) writer_->add_scalar(tag, value, step);
  }
  /// Logs what a session gave for a graph's summaries.
  void log(const tapegrad::summary::Values& values, std::int64_t step) {
    if (writer_) writer_->add_summary(values, step);
  }
  bool logs() const { return writer_.has_value(); }

  /// Logs a graph that was built by hand; run_step() logs that of its first step.
  void log_graph(const std::vector<tapegrad::TapeRecord>& records) {
    if (writer_) writer_->add_graph(records);
  }

  /// Throws std::runtime_error unless the loss is finite.
  void check_finite(double loss, std::int64_t step, double learning_rate) const;

  /// Every so many steps: saves.
  void finished(std::int64_t step);
  /// Also logs how weights and gradients are distributed.
  void finished(std::int64_t step, const tapegrad::nn::Module& model);

  /// Saves what wasn't saved yet. Says where, and where Ctrl-C stopped the run.
  void end(std::int64_t step);

 private:
  TrainingFiles files_;
  tapegrad::train::Checkpoints checkpoints_;
  std::optional<tapegrad::summary::Writer> writer_;
  std::optional<tapegrad::train::Interruptible> interruptible_;
  std::int64_t resumed_at_ = 0;
  bool graph_logged_ = false;
};

}  // namespace samples
