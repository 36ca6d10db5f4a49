// What a measure of predictions is: it takes batches, and gives one number for all of them. The
// measures themselves are in the headers beside this one.
#pragma once

#include <string>

#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

/// A measure that is taken batch by batch. What it gives for all batches is what its function
/// (`accuracy()` for Accuracy) gives for their examples at once, to the bit where no batch has
/// examples of another kind: examples are added one after the other.
class Metric {
 public:
  virtual ~Metric() = default;
  /// What it is called in logs, "accuracy", and what its errors begin with.
  virtual std::string name() const = 0;
  /// Adds examples. `weights`, one for each target, says how much each counts; 1 if undefined.
  /// Throws ShapeError, DTypeError, IndexError for a label that is none, Error for NaN and for
  /// weights that are negative or not finite; nothing is added then.
  virtual void update(const Tensor& predictions, const Tensor& targets,
                      const Tensor& weights = {}) = 0;
  /// Throws Error before any example came and where their weights add up to 0.
  virtual double compute() const = 0;
  /// Forgets all examples.
  virtual void reset() = 0;

  /// What was added, so that a measure goes on exactly in another process.
  virtual StateDict state_dict() const = 0;
  /// Throws Error, ShapeError or DTypeError, before anything is changed, for any other state.
  virtual void load_state_dict(const StateDict& state) = 0;
};

}  // namespace train
}  // namespace tapegrad
