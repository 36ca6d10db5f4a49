// AveragedModel: the mean of what a model was while it was trained.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/create.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

struct AveragingOptions {
  /// How much of the average stays in an update: an exponential moving average (EMA), 0.999 for
  /// example. 0: the plain mean of all updates, stochastic weight averaging (SWA).
  double decay = 0;
  /// Average floating-point buffers, too; else they are copied from the model.
  bool use_buffers = false;
  void validate() const;
};

namespace detail {

/// average += part * (model - average), the part by how many updates there were, which it counts.
/// Throws Error within a captured function, ShapeError or DTypeError where the modules' tensors
/// differ, before anything is changed.
void average_into(const nn::Module& average, const nn::Module& model, Tensor updates,
                  const AveragingOptions& options);

}  // namespace detail

/// A copy of a model that follows it, as a module of its own, under PyTorch's names:
///   tg::optim::AveragedModel<Net> average(model, {.decay = 0.999});
///   for (...) { ...; sgd.step(); average.update_parameters(model); }
///   validate(average.module);      or  model = average.module;  which copies the values
/// The first update copies. Updates are one pass over memory, outside the tape. It is saved as any
/// module is: "module.weight", "n_averaged". Its parameters have no gradients; hold them out of the
/// optimizer.
/// Source: Izmailov et al. (2018), "Averaging weights leads to wider optima and better
/// generalization"; Polyak & Juditsky (1992), "Acceleration of stochastic approximation by
/// averaging".
template <std::derived_from<nn::Module> Net>
class AveragedModel : public nn::Module {
 public:
  /// Throws Error for a decay out of [0, 1).
  explicit AveragedModel(const Net& model, const AveragingOptions& options = {})
      : module(model), options_(options) {
    options.validate();
  }
  void update_parameters(const Net& model) {
    detail::average_into(module, model, n_averaged, options_);
  }
  std::int64_t updates() const { return n_averaged.template item<std::int64_t>(); }
  /// What the average gives.
  template <class... Inputs>
  auto operator()(const Inputs&... inputs) const {
    if constexpr (requires { module(inputs...); }) {
      return module(inputs...);
    } else {
      return module.forward(inputs...);
    }
  }
  void visit(nn::Visitor& v) override {
    v("n_averaged", n_averaged);
    v("module", module);
  }

  Net module;
  nn::Buffer n_averaged{zeros({}, {.dtype = int64})};

 private:
  AveragingOptions options_;
};

}  // namespace optim
}  // namespace tapegrad
