#include "tapegrad/train/logs.hpp"

#include <utility>

#include "core/check.hpp"
#include "io/atomic_file.hpp"
#include "tapegrad/train/schedules.hpp"
#include "tapegrad/train/trainer.hpp"

namespace tapegrad::train {
namespace {

/// "loss/validation" for "val_loss".
std::string tag_of(const std::string& score) {
  if (score == "lr") return score;
  return score.starts_with("val_") ? score.substr(4) + "/validation" : score + "/train";
}

/// As RFC 4180 has it.
std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

std::string table_of(const std::vector<EpochScores>& history) {
  std::string text = "epoch,step";
  for (const auto& [name, value] : history.front().scores) text += "," + quoted(name);
  text += '\n';
  for (const EpochScores& one : history) {
    text += fmt::format("{},{}", one.epoch, one.step);
    for (const auto& [name, value] : one.scores) text += fmt::format(",{}", value);
    text += '\n';
  }
  return text;
}

}  // namespace

TensorBoard::TensorBoard(std::string directory, TensorBoardOptions options)
    : directory_(std::move(directory)), options_(std::move(options)) {
  check<Error>(options_.histograms_every >= 0,
               "TensorBoard: histograms_every is {}; 0 for no histograms",
               options_.histograms_every);
}

void TensorBoard::on_begin(Trainer& trainer) {
  summary::WriterOptions options = options_.writer;
  if (trainer.step() > 0) options.purge_step = trainer.step() + 1;
  writer_ = std::make_unique<summary::Writer>(directory_, options);
}

void TensorBoard::on_step(Trainer& trainer) {
  writer_->add_scalar("loss/step", trainer.loss(), trainer.step());
  const std::int64_t every = options_.histograms_every;
  if (every > 0 && trainer.step() % every == 0) {
    writer_->add_histograms(trainer.model(), trainer.step());
  }
}

void TensorBoard::on_epoch(Trainer& trainer) {
  for (const auto& [name, value] : trainer.history().back().scores) {
    writer_->add_scalar(tag_of(name), value, trainer.step());
  }
}

void TensorBoard::on_save(Trainer&) { writer_->flush(); }
void TensorBoard::on_end(Trainer&) { writer_->close(); }

void TensorBoard::on_graph(Trainer&, const std::vector<TapeRecord>& records) {
  writer_->add_graph(records);
}

void CsvLog::on_begin(Trainer& trainer) {
  if (!trainer.history().empty()) on_epoch(trainer);
}

void CsvLog::on_epoch(Trainer& trainer) {
  io::AtomicFile file("CsvLog", path_);
  file.write(table_of(trainer.history()));
  file.commit();
}

void PlateauSchedule::on_epoch(Trainer& trainer) {
  plateau_.step(trainer.history().back().scores[monitor_]);
}

}  // namespace tapegrad::train
