#include "training.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace tg = tapegrad;

namespace samples {
namespace {

constexpr std::int64_t histogram_every = 10;

void check_settings(const tg::io::Restored& restored,
                    const std::map<std::string, std::string>& settings) {
  for (const auto& [flag, value] : settings) {
    const auto saved = restored.metadata.find(flag);
    const std::string then = saved == restored.metadata.end() ? "" : saved->second;
    if (then == value) continue;
    throw std::runtime_error(
        fmt::format("{} was trained with {} \"{}\", not \"{}\"; give the same flags as then, or "
                    "another --model-dir",
                    restored.path, flag, then, value));
  }
}

}  // namespace

void declare(Flags& flags, TrainingFiles& files) {
  flags.text("--model-dir", files.model_dir, "DIR",
             "keep checkpoints in this folder, and go on from its latest");
  flags.integer("--save-every", files.save_every, {.least = 1},
                "steps from one checkpoint to the next");
  flags.needs("--save-every", "--model-dir");
  flags.text("--log-dir", files.log_dir, "DIR",
             "log scalars, histograms and the graph for TensorBoard");
  flags.text("--export", files.export_file, "FILE",
             "write the result to this .safetensors or .npz file");
  flags.endings("--export", {".safetensors", ".npz"});
}

void export_result(const TrainingFiles& files, const tg::StateDict& result) {
  const std::string& path = files.export_file;
  if (path.empty()) return;
  if (path.ends_with(".npz")) {
    tg::io::save_npz(path, result);
  } else {
    tg::io::save_safetensors(path, result, {{"format", "pt"}});
  }
  fmt::print("Wrote {}.\n", path);
}

Training::Training(const TrainingFiles& files, std::map<std::string, std::string> settings)
    : files_(files), settings_(std::move(settings)) {
  if (!files.model_dir.empty())
    saver_.emplace(files.model_dir, tg::io::SaverOptions{.metadata = settings_});
  if (!files.log_dir.empty()) writer_.emplace(files.log_dir);
}

std::int64_t Training::resume() {
  interruptible_.emplace();
  if (!saver_) return 0;
  const std::optional<tg::io::Restored> restored = saver_->restore_latest();
  if (!restored) return 0;
  check_settings(*restored, settings_);
  for (const auto& [path, reason] : restored->passed_over) {
    fmt::print("Passed over {}: {}.\n", path, reason);
  }
  fmt::print("Resumed at step {} from {}.\n", restored->step, restored->path);
  last_path_ = restored->path;
  last_saved_ = restored->step;
  return restored->step;
}

void Training::run_step(const std::function<void()>& step) {
  if (!writer_ || std::exchange(graph_logged_, true)) {
    step();
  } else {
    writer_->add_graph(tg::trace(step));
  }
}

void Training::finished(std::int64_t step, const tg::nn::Module& model) {
  if (writer_ && step % histogram_every == 0) writer_->add_histograms(model, step);
  if (saver_ && step % files_.save_every == 0) save(step);
}

void Training::save(std::int64_t step) {
  last_path_ = saver_->save(step);
  last_saved_ = step;
}

void Training::end(std::int64_t step) {
  interruptible_.reset();
  if (saver_ && last_saved_ != step) save(step);
  if (interrupted() != 0) {
    fmt::print("Interrupted at step {}.{}\n", step,
               saver_ ? " Start again with the same flags to go on." : "");
  }
  if (saver_) fmt::print("Saved {}.\n", last_path_);
  if (writer_) {
    writer_->close();
    fmt::print("Logged to {}: tensorboard --logdir {}\n", files_.log_dir, files_.log_dir);
  }
}

}  // namespace samples
