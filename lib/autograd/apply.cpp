#include "autograd/apply.hpp"

#include "core/check.hpp"

namespace tapegrad {

void refuse_stale(std::string_view operation, const TensorImpl& impl) {
  fail<AutogradError>(
      "{}: this view of shape {} was taken before a recorded operation changed its base in place, "
      "and doesn't know of that; take the view again after the change",
      operation, impl.layout.shape());
}

}  // namespace tapegrad
