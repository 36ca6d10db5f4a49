// Values move, tensors stay: what an optimizer holds remains part of the module that it trains.
#pragma once

#include "tapegrad/nn/module.hpp"

namespace tapegrad::nn::detail {

struct Identity {
  /// If `here`, which is going to have what is in `last`, closes a circle of moves with that,
  /// everybody gets the tensors back that it had when they began, with the values that it has now.
  template <class T>
  static bool close(T& here, T& last);

  /// Two that have exchanged their tensors get them back, with the values of the other.
  static void exchange(Owned& a, Owned& b);

  /// The same for the parts of modules that have the same name.
  static void exchange(Module& a, Module& b);
  /// Parts of `theirs` come to hold the tensors of `mine` of the same name, with the values that
  /// they had: whichever of the two stays behind when members are moved, it has that tensor.
  /// Their own tensors are left with their module.
  static void keep(Module& mine, Module& theirs);
  /// `part` holds the tensor again that it held before, which may be undefined.
  static void put_back(Owned& part, const Tensor& before);
  /// `mine`, which was moved from, becomes a copy: the tensors that it was left with are for that.
  static void keep_for_copy(Module& mine, const Module& source);

 private:
  class Survey;
  class LastStop;
  static void lend(Tensor mine, Owned& theirs);
};

}  // namespace tapegrad::nn::detail
