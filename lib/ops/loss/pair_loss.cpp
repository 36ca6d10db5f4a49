#include "ops/loss/pair_loss.hpp"

namespace tapegrad {

void check_pair(std::string_view operation, const Tensor& input, const Tensor& target,
                Reduction reduction) {
  check_defined(operation, input, target);
  check_reduction(operation, reduction);
  check<ShapeError>(input.shape() == target.shape(),
                    "{}: shapes differ: input {}, target {}; reshape one of them", operation,
                    input.shape(), target.shape());
  check<DTypeError>(is_floating(result_type(input, target)),
                    "{}: needs a floating-point tensor, got input {}, target {}; convert the input "
                    "with to(float32)",
                    operation, input.dtype(), target.dtype());
}

}  // namespace tapegrad
