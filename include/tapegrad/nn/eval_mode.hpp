// EvalMode: a model in evaluation mode for a while.
#pragma once

#include <vector>

#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// Puts a model and its parts into evaluation mode until the end of the scope; then each part is in
/// its own mode again, which model.train() wouldn't give it where one is frozen in evaluation mode.
///   {
///     const tg::nn::EvalMode guard(model);
///     const tg::NoGrad silent;
///     y = model(x);
///   }
/// The model outlives it, and has the same parts then. Throws what visit() throws.
class EvalMode {
 public:
  explicit EvalMode(Module& model);
  EvalMode(const EvalMode&) = delete;
  EvalMode& operator=(const EvalMode&) = delete;
  ~EvalMode();

 private:
  Module& model_;
  std::vector<bool> modes_;  // owners come before their parts
};

}  // namespace nn
}  // namespace tapegrad
