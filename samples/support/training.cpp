#include "training.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <utility>

namespace tg = tapegrad;

namespace samples {
namespace {

constexpr std::int64_t histogram_every = 10;

std::map<std::string, std::string> with_data(const Origin& origin) {
  std::map<std::string, std::string> all = origin.flags;
  all.emplace("data", fingerprint(origin.data));
  return all;
}

void check_folder(const std::string& flag, const std::string& folder) {
  if (::access(folder.c_str(), W_OK | X_OK) == 0 && std::filesystem::is_directory(folder)) return;
  throw std::runtime_error(fmt::format("{}: cannot write into the folder {}: {}", flag, folder,
                                       errno != 0 ? std::strerror(errno) : "it is none"));
}

}  // namespace

// Before the training, so that its result isn't lost at the end.
void check_writable(const TrainingFiles& files) {
  errno = 0;
  if (std::filesystem::exists(files.model_dir)) check_folder("--model-dir", files.model_dir);
  check_writable("--export", files.export_file);
}

void check_writable(const std::string& flag, const std::string& file) {
  if (file.empty()) return;
  errno = 0;
  const std::string folder = std::filesystem::path(file).parent_path().string();
  check_folder(flag, folder.empty() ? "." : folder);
}

// FNV-1a over the elements.
// Source: Fowler, Noll & Vo, "The FNV non-cryptographic hash algorithm".
std::string fingerprint(const std::vector<tg::Tensor>& data) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const tg::Tensor& tensor : data) {
    const std::vector<double> values = tensor.to_vector<double>();
    for (const std::byte byte : std::as_bytes(std::span(values))) {
      hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3;
    }
  }
  return fmt::format("{:016x}", hash);
}

void say_resumed(const tg::io::Restored& restored) {
  for (const auto& [path, reason] : restored.passed_over) {
    fmt::print("Passed over a checkpoint: {}.\n", reason);
  }
  fmt::print("Resumed at step {} from {}.\n", restored.step, restored.path);
}

void say_ended(const TrainingFiles& files, std::int64_t step, const std::string& checkpoint) {
  if (tg::train::interrupted() != 0) {
    fmt::print("Interrupted at step {}.{}\n", step,
               files.model_dir.empty() ? "" : " Start again with the same flags to go on.");
  }
  if (!checkpoint.empty()) fmt::print("Saved {}.\n", checkpoint);
  if (!files.log_dir.empty()) {
    fmt::print("Logged to {}: tensorboard --logdir {}\n", files.log_dir, files.log_dir);
  }
}

void declare(Flags& flags, TrainingFiles& files) {
  flags.text("--model-dir", files.model_dir, "DIR",
             "keep checkpoints in this folder, and go on from its latest");
  flags.integer("--save-every", files.save_every, {.least = 1},
                "steps from one checkpoint to the next");
  flags.needs("--save-every", "--model-dir");
  flags.text("--log-dir", files.log_dir, "DIR",
             "log scalars, histograms and the graph for TensorBoard");
  flags.text("--export", files.export_file, "FILE",
             "write the result to this .safetensors or .npz file, or the model to this .onnx file");
  flags.endings("--export", {".safetensors", ".npz", ".onnx"});
}

void trains_nothing(Flags& flags, const std::string& flag) {
  for (const char* other : {"--model-dir", "--log-dir", "--export"}) flags.excludes(flag, other);
}

void with_weights_of(const std::string& file,
                     const std::function<void(const tg::StateDict&)>& what) {
  const tg::StateDict weights = tg::io::load_safetensors(file).tensors;
  try {
    what(weights);
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}: {}", file, error.what()));
  }
}

void export_result(const TrainingFiles& files, const tg::StateDict& result,
                   const ExportedModel& model) {
  const std::string& path = files.export_file;
  if (path.empty()) return;
  if (path.ends_with(".npz")) {
    tg::io::save_npz(path, result);
  } else if (path.ends_with(".onnx")) {
    tg::onnx::save(path, model.forward, {model.x}, {.names = result});
  } else {
    tg::io::save_safetensors(path, result, {{"format", "pt"}});
  }
  fmt::print("Wrote {}.\n", path);
}

Training::Training(const TrainingFiles& files, const Origin& origin)
    : files_(files),
      checkpoints_({.directory = files.model_dir,
                    .every_steps = files.save_every,
                    .origin = with_data(origin)}) {
  check_writable(files);
  // First the log: a run that is killed goes on behind what is saved, and would never log it.
  checkpoints_.before_saving([this] {
    if (writer_) writer_->flush();
  });
}

std::int64_t Training::resume(std::int64_t last) {
  interruptible_.emplace();
  if (const auto& restored = checkpoints_.restore()) {
    say_resumed(*restored);
    if (restored->step >= last) fmt::print("Nothing is left to do: --max-step is {}.\n", last);
    resumed_at_ = restored->step;
  }
  if (!files_.log_dir.empty()) {
    tg::summary::WriterOptions options;
    if (resumed_at_ > 0) options.purge_step = resumed_at_ + 1;
    writer_.emplace(files_.log_dir, options);
  }
  return resumed_at_;
}

void Training::run_step(const std::function<void()>& step) {
  if (!writer_ || std::exchange(graph_logged_, true)) {
    step();
  } else {
    writer_->add_graph(tg::trace(step));
  }
}

void Training::check_finite(double loss, std::int64_t step, double learning_rate) const {
  if (std::isfinite(loss)) return;
  throw std::runtime_error(fmt::format(
      "the loss is no longer finite at step {}: learning rate {}; try a smaller one{}", step,
      learning_rate,
      resumed_at_ > 0 ? fmt::format(", and another --model-dir: step {} of {} may have diverged",
                                    resumed_at_, files_.model_dir)
                      : ""));
}

void Training::finished(std::int64_t step, const tg::nn::Module& model) {
  if (writer_ && step % histogram_every == 0) writer_->add_histograms(model, step);
  finished(step);
}

void Training::finished(std::int64_t step) { checkpoints_.done(step); }

void Training::end(std::int64_t step) {
  checkpoints_.save(step);
  interruptible_.reset();
  if (writer_) writer_->close();
  say_ended(files_, step, checkpoints_.path());
}

}  // namespace samples
