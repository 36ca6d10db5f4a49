// What a Trainer calls along its way.
#pragma once

#include <string>
#include <vector>

#include "tapegrad/state_dict.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

struct TapeRecord;

namespace train {

class Trainer;

/// Something that is done in a training besides the steps. Callbacks are called in the order in
/// which they were added; what they throw ends the training, which isn't saved then. A trainer asks
/// for anything by its own methods: stop(), step(), scores().
class Callback {
 public:
  virtual ~Callback() = default;
  /// Under which its state is saved: letters, digits and underscores. A second one of a name gets a
  /// number.
  virtual std::string name() const = 0;

  /// The checkpoint, if there is one, has been restored.
  virtual void on_begin(Trainer&) {}
  /// Between the reverse pass and the step: gradients are those of all batches of the step.
  virtual void on_gradients(Trainer&) {}
  /// After the optimizer's step, which is counted in step() already.
  virtual void on_step(Trainer&) {}
  /// After the last step of an epoch and its validation: the last of history() is its.
  virtual void on_epoch(Trainer&) {}
  /// Before a checkpoint is written: what must not fall behind it goes to the disk now.
  virtual void on_save(Trainer&) {}
  /// The training has ended well, by itself or by stop() or a signal, and is saved.
  virtual void on_end(Trainer&) {}

  /// Whether on_graph() wants the list of what the first step computes.
  virtual bool wants_graph() const { return false; }
  virtual void on_graph(Trainer&, const std::vector<TapeRecord>&) {}

  /// What it must remember to go on exactly from a checkpoint; it takes back what it gave, and
  /// throws Error, before anything is changed, for anything else.
  virtual StateDict state_dict() const { return {}; }
  virtual void load_state_dict(const StateDict&) {}

 protected:
  Callback() = default;
  Callback(const Callback&) = default;
  Callback(Callback&&) = default;
  Callback& operator=(const Callback&) = default;
  Callback& operator=(Callback&&) = default;
};

}  // namespace train
}  // namespace tapegrad
