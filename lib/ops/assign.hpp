// Operations that put something in the place of what a tensor holds: copy_, fill_, random fills.
// Each is a struct of its own, so that errors, tapes and traces call it by its name.
#pragma once

#include "kernels/copy.hpp"
#include "ops/beside_in_place.hpp"

namespace tapegrad {

/// The second operand, in the place of the first, whose type it gets.
template <class Op>
struct Assign : Binary<Op> {
  static constexpr std::string_view number_name = "value";
  static constexpr bool any_dtype = true;
  static constexpr Needs saves(Needs) { return save_nothing; }
  auto f(const auto&, const auto& b) const { return b; }
  void into(const Tensor& out, const Tensor&, const Tensor& b) const {
    kernels::copy(kernels::ref(out), Operand(b, out.dtype(), out.shape()).ref());
  }
  Grads grads(const auto&, const Tensor& g) const { return {Tensor{}, g}; }
  static DType type_beside(std::string_view, const Tensor& x, Scalar, Side) { return x.dtype(); }
};

}  // namespace tapegrad
