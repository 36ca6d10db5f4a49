// Which tensors belong to modules, and which of them no visit() has named. Nobody can list the
// members of a class; but parameters say when they take and leave a tensor, and visits whom they
// meet. None of this is on the path of an operation.
#pragma once

#include <cstdint>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// Parameters to which a gradient came since an optimizer was made last, though no visit of a
/// module named them and no optimizer holds them: a visit() forgets them, so that they are neither
/// trained nor saved. Only those that this thread made, oldest
/// first. An optimizer asks in its first step and
/// throws Error if there are any. Frozen ones get no gradient; one that is meant to stay without a
/// name is frozen, or visited by itself (`part.parameters()`).
std::vector<Tensor> forgotten_parameters();

namespace detail {

/// A parameter or buffer holds it; it has no name yet.
void own(const Tensor& x);
/// One that held it doesn't any more. The tensor itself may be gone.
void disown(const void* impl);
bool is_owned(const Tensor& x);
/// Counts the tensors that nobody owns any more: where it stands still, owners do.
std::uint64_t releases();

/// A visit has named it, or an optimizer holds it.
void acknowledge(const Tensor& x);
/// Training begins: gradients that are there came from something else.
void begin_training();

}  // namespace detail
}  // namespace nn
}  // namespace tapegrad
