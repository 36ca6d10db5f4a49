// Callbacks that change learning rates: optim's schedulers, called at the right moment and kept.
#pragma once

#include <string>
#include <utility>

#include "tapegrad/optim/plateau.hpp"
#include "tapegrad/optim/scheduler.hpp"
#include "tapegrad/train/callback.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

enum class Every { step, epoch };

/// A scheduler that goes on with each step or epoch:
///   trainer.add(Schedule(optim::Scheduler(adam, optim::StepLR{.step_size = 5}), Every::epoch));
class Schedule : public Callback {
 public:
  explicit Schedule(optim::Scheduler scheduler, Every every = Every::epoch)
      : scheduler_(std::move(scheduler)), every_(every) {}
  std::string name() const override { return "schedule"; }
  void on_step(Trainer&) override {
    if (every_ == Every::step) scheduler_.step();
  }
  void on_epoch(Trainer&) override {
    if (every_ == Every::epoch) scheduler_.step();
  }
  StateDict state_dict() const override { return scheduler_.state_dict(); }
  void load_state_dict(const StateDict& state) override { scheduler_.load_state_dict(state); }

 private:
  optim::Scheduler scheduler_;
  Every every_;
};

/// A ReduceLROnPlateau that looks at a score of each epoch.
class PlateauSchedule : public Callback {
 public:
  explicit PlateauSchedule(optim::ReduceLROnPlateau plateau, std::string monitor = "val_loss")
      : plateau_(std::move(plateau)), monitor_(std::move(monitor)) {}
  std::string name() const override { return "plateau"; }
  void on_epoch(Trainer& trainer) override;
  StateDict state_dict() const override { return plateau_.state_dict(); }
  void load_state_dict(const StateDict& state) override { plateau_.load_state_dict(state); }

 private:
  optim::ReduceLROnPlateau plateau_;
  std::string monitor_;
};

}  // namespace train
}  // namespace tapegrad
