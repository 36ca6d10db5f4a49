// Values move, tensors stay: what an optimizer holds remains part of the module that it trains.
#pragma once

#include "tapegrad/nn/module.hpp"

namespace tapegrad::nn::detail {

struct Identity {
  /// Two that have exchanged their tensors get them back, with the values of the other.
  static void exchange(Owned& a, Owned& b);

  /// The same for the parts of modules that have the same name.
  static void exchange(Module& a, Module& b);
  /// Parts of `theirs` come to hold the tensors of `mine` of the same name, with the values that
  /// they had: whichever of the two stays behind when members are moved, it has that tensor.
  /// Their own tensors are left with their module.
  static void keep(Module& mine, Module& theirs);

 private:
  class Survey;
  class LastStop;
  static void lend(Tensor mine, Owned& theirs);
};

}  // namespace tapegrad::nn::detail
