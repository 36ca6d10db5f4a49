// What a Trainer's model gives, and how good that is; nothing is learned here.
#include <limits>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/eval_mode.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/train/interrupt.hpp"
#include "tapegrad/train/trainer.hpp"

namespace tapegrad::train {
void Trainer::Sum::add(double value, std::int64_t count) {
  loss += value * static_cast<double>(count);
  rows += count;
}

double Trainer::Sum::mean() const {
  return rows > 0 ? loss / static_cast<double>(rows) : std::numeric_limits<double>::quiet_NaN();
}

void Trainer::check_batch(const data::Batch& batch) {
  check<Error>(batch.x.defined(), "Trainer: the x of a batch is undefined, its y {}",
               batch.y.defined() ? "is not" : "as well");
  check<ShapeError>(batch.x.dim() > 0 && batch.x.size(0) > 0,
                    "Trainer: the x of a batch has shape {}; rows stand in its first dimension",
                    batch.x.shape());
}

Tensor Trainer::output_of(const data::Batch& batch) const {
  const NameScope scope("model");
  return forward_(batch);
}

Tensor Trainer::checked_loss(const Tensor& output, const data::Batch& batch) const {
  const NameScope scope("loss");
  Tensor loss = loss_(output, batch);
  check<ShapeError>(loss.defined() && loss.numel() == 1,
                    "Trainer: the loss of a batch has shape {}; it is one number",
                    loss.defined() ? loss.shape() : Shape{0});
  return loss;
}

void Trainer::take_measure(Metric& metric, const Measure& measure, const Tensor& output,
                           const data::Batch& batch) {
  const NoGrad guard;
  metric.update(measure.of ? measure.of(output) : output, batch.y);
}

Scores Trainer::scores() const {
  Scores scores;
  scores.insert("loss", sum_.mean());
  for (const Measure& one : measures_) {
    if (one.in_training && sum_.rows > 0) scores.insert(one.name, one.training->compute());
  }
  return scores;
}

// A callback may take the training's own source, which goes on where it was afterwards.
void Trainer::begin_evaluation(data::BatchSource& source) {
  moved_ = moved_ || &source == training_;
  source.begin_epoch(0);
}

std::optional<Scores> Trainer::evaluated(data::BatchSource& source, bool interruptible) {
  const nn::EvalMode mode(model_);
  const NoGrad silent;
  for (const Measure& one : measures_) one.evaluation->reset();
  Sum sum;
  begin_evaluation(source);
  while (const std::optional<data::Batch> batch = source.next()) {
    if (interruptible && interrupted() != 0) return std::nullopt;
    check_batch(*batch);
    const Tensor output = output_of(*batch);
    sum.add(checked_loss(output, *batch).item<double>(), batch->x.size(0));
    for (const Measure& one : measures_) take_measure(*one.evaluation, one, output, *batch);
  }
  check<Error>(sum.rows > 0, "Trainer.evaluate: the source gave {} rows", sum.rows);
  Scores scores;
  scores.insert("loss", sum.mean());
  for (const Measure& one : measures_) scores.insert(one.name, one.evaluation->compute());
  return scores;
}

Scores Trainer::evaluate(data::BatchSource& source) { return *evaluated(source, false); }

Tensor Trainer::predict(data::BatchSource& source) {
  const nn::EvalMode mode(model_);
  const NoGrad silent;
  std::vector<Tensor> outputs;
  begin_evaluation(source);
  while (const std::optional<data::Batch> batch = source.next()) {
    check_batch(*batch);
    outputs.push_back(output_of(*batch));
  }
  check<Error>(!outputs.empty(), "Trainer.predict: the source gave {} batches", outputs.size());
  return cat(outputs, 0);
}

}  // namespace tapegrad::train
