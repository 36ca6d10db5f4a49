#include "autograd/apply.hpp"

#include "core/check.hpp"

namespace tapegrad {

void refuse_stale(std::string_view operation, const TensorImpl& impl) {
  fail<AutogradError>(
      "{}: this tensor of shape {} shares storage with one that a recorded operation changed in "
      "place since, and doesn't know of it; take the view again after the change",
      operation, impl.layout.shape());
}

}  // namespace tapegrad
