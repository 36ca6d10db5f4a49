// Values move, tensors stay: what an optimizer holds remains part of the module that it trains.
#pragma once

#include "tapegrad/nn/module.hpp"

namespace tapegrad::nn::detail {

struct Identity {
  /// `mine` gets the value of `theirs`, and both hold the tensor of `mine`: whichever of the two
  /// stays behind when members are moved, it has that tensor.
  static void keep(Owned& mine, Owned& theirs);
  /// Two that have exchanged their tensors get them back, with the values of the other.
  static void exchange(Owned& a, Owned& b);

  /// The same for the parts of modules that have the same name.
  static void keep(Module& mine, Module& theirs);
  static void exchange(Module& a, Module& b);

 private:
  class LastStop;
};

}  // namespace tapegrad::nn::detail
