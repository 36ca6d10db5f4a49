// Callbacks between the reverse pass and the step.
#pragma once

#include <cstdint>
#include <string>

#include "tapegrad/nn/clip.hpp"
#include "tapegrad/train/callback.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

/// nn::clip_grad_norm_() of all parameters of the model, before each step.
class ClipGradNorm : public Callback {
 public:
  explicit ClipGradNorm(double max_norm, const nn::ClipNormOptions& options = {})
      : max_norm_(max_norm), options_(options) {}
  std::string name() const override { return "clip_grad_norm"; }
  void on_gradients(Trainer& trainer) override;
  /// What the norm of the last step was.
  double last_norm() const { return last_norm_; }

 private:
  double max_norm_;
  nn::ClipNormOptions options_;
  double last_norm_ = 0;
};

/// nn::clip_grad_value_() likewise.
class ClipGradValue : public Callback {
 public:
  explicit ClipGradValue(double clip_value) : clip_value_(clip_value) {}
  std::string name() const override { return "clip_grad_value"; }
  void on_gradients(Trainer& trainer) override;

 private:
  double clip_value_;
};

/// Ends a training whose numbers are no longer finite, before the step that would spoil the
/// weights: throws Error, which has the step, the loss and the first parameters, by their names,
/// that are NaN or infinite or whose gradients are. It comes before callbacks that clip: those make
/// of one NaN many. One pass over the gradients, at each of `every` steps, and at each whose loss
/// isn't finite.
class NanWatch : public Callback {
 public:
  /// Throws Error unless `every` is at least 1.
  explicit NanWatch(std::int64_t every = 1);
  std::string name() const override { return "nan_watch"; }
  void on_gradients(Trainer& trainer) override;

 private:
  std::int64_t every_;
};

}  // namespace train
}  // namespace tapegrad
