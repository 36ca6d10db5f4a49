// Callbacks that write down how a training goes: for TensorBoard, and as a table.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tapegrad/summary/writer.hpp"
#include "tapegrad/train/callback.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

struct TensorBoardOptions {
  /// Histograms of all parameters and gradients every so many steps; 0: none.
  std::int64_t histograms_every = 0;
  /// The operations of the first step, for the tab "GRAPHS".
  bool graph = true;
  summary::WriterOptions writer = {};
};

/// Logs "loss/step" of each step, and of each epoch "loss/train", "loss/validation", other scores
/// likewise, and "lr". A training that is resumed replaces what was logged after its checkpoint.
class TensorBoard : public Callback {
 public:
  explicit TensorBoard(std::string directory, TensorBoardOptions options = {});
  std::string name() const override { return "tensorboard"; }
  void on_begin(Trainer& trainer) override;
  void on_step(Trainer& trainer) override;
  void on_epoch(Trainer& trainer) override;
  void on_save(Trainer& trainer) override;
  void on_end(Trainer& trainer) override;
  bool wants_graph() const override { return options_.graph; }
  void on_graph(Trainer& trainer, const std::vector<TapeRecord>& records) override;
  /// For what a callback of one's own logs, from on_begin() on.
  summary::Writer& writer() { return *writer_; }

 private:
  std::string directory_;
  TensorBoardOptions options_;
  std::unique_ptr<summary::Writer> writer_;
};

/// A table with a row for each epoch: epoch, step, and the scores by their names, which are quoted
/// where they have commas, quotes or line ends (RFC 4180). The file is
/// written anew after each epoch, whole or not at all, from the trainer's history: so it has no row
/// twice and none too much, wherever a training was killed and resumed.
class CsvLog : public Callback {
 public:
  explicit CsvLog(std::string path) : path_(std::move(path)) {}
  std::string name() const override { return "csv_log"; }
  void on_begin(Trainer& trainer) override;
  void on_epoch(Trainer& trainer) override;

 private:
  std::string path_;
};

}  // namespace train
}  // namespace tapegrad
