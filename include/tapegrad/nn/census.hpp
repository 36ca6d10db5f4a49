// Which tensors belong to modules, and which of them no visit() has named. Nobody can list the
// members of a class; but parameters say when they take and leave a tensor, and visits whom they
// meet. None of this is on the path of an operation.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

class Owned;

/// Parameters to which a gradient came since an optimizer was made last, though no visit of a
/// module named them and no optimizer holds them: a visit() forgets them, so that they are neither
/// trained nor saved. Oldest first; only those that this thread made or moved, or a thread that has
/// ended. Frozen ones get no gradient; one that is meant to stay without a name is frozen, or
/// visited by itself (`part.parameters()`). An optimizer asks in its first step, when gradients
/// cease to come to one of its parameters or begin to, when something was made or destroyed, and
/// else at the latest after as many steps as there are parameters and buffers without a name; it
/// throws Error if there are any.
///   Buffers get no gradients: one that visit() forgets is not saved, and nothing notices.
std::vector<Tensor> forgotten_parameters();

namespace detail {

// What the members of modules say.

/// `holder` holds its tensor from now on.
void own(const Owned& holder);
/// `holder` holds what another did, which has nothing any more.
void inherit(const Owned& holder);
/// `holder` doesn't hold `impl` any more. The tensor itself may be gone.
void disown(const void* impl, const Owned& holder);
/// A visit has named it.
void acknowledge(const Tensor& x);
/// How many parameters and buffers share the elements of x.
std::size_t owners_of_elements(const Tensor& x);

// What optimizers say and ask.

/// An optimizer holds it.
void train(const Tensor& x);
/// Training begins: gradients that are there came from something else.
void begin_training();
/// A parameter or buffer holds it, and looks at it still.
bool is_owned(const Tensor& x);
/// Parameters with a name that no optimizer has ever held, and to which gradients came since
/// training began, but not before the last settle().
std::vector<Tensor> newcomers();
/// Parameters that an optimizer has held, and that have a gradient.
std::vector<Tensor> trained_with_gradient();
/// Who gets gradients without being trained is meant to.
void settle();

/// Counts the tensors that somebody began or ceased to own: while it stands still, owners do.
extern std::atomic<std::uint64_t> changes_of_owners;
/// How many of those that are owned have no name.
extern std::atomic<std::uint64_t> nameless;

}  // namespace detail
}  // namespace nn
}  // namespace tapegrad
