// Tensors that a module left when another was assigned its parts, and that wait for the copies
// that are going to be made for it. A container that was moved from is empty: when it becomes a
// copy, its elements are new, and only what they are copied from says whose place they take.
#pragma once

#include "tapegrad/nn/parameter.hpp"

namespace [[gnu::visibility("default")]] tapegrad {  // a public class, whoever names it first
namespace nn {
class Module;
}
}  // namespace tapegrad

namespace tapegrad::nn::detail {

/// The next copy that this thread makes of `source`, a part of `root`, is to be `tensor`. Those of
/// another root are forgotten.
void keep_for_copy(const Module& root, const Owned& source, const Tensor& tensor);
/// The tensor that was kept for the copy that is made now, or an undefined one.
Tensor kept_for_copy_of(const Owned& source);
/// `root` is copied once more: the copy that tensors were kept for is complete.
void forget_kept(const Module& root);
/// `source` is another tensor, or nothing, from now on.
void forget_kept(const Owned& source);

}  // namespace tapegrad::nn::detail
