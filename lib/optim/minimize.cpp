// An optimizer as an operation of a graph.
#include "core/check.hpp"
#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/session.hpp"

namespace tapegrad::optim {

GraphOperation Optimizer::minimize(const Tensor& loss) & {
  check_not_moved_from();
  check_defined("minimize", loss);
  check_step();
  check<ShapeError>(loss.numel() == 1,
                    "minimize: the loss has shape {}, and is no single number; take its sum() or "
                    "mean()",
                    loss.shape());
  return detail::act_on("minimize", loss, [place = whereabouts()](const Tensor& value) {
    check<Error>(*place != nullptr, "minimize: the optimizer of a loss of shape {} is gone",
                 value.shape());
    (*place)->zero_grad();
    value.backward({.retain_graph = true});
    (*place)->step();
  });
}

GraphOperation Optimizer::minimize(const Tensor& loss) && {
  const std::shared_ptr<Optimizer> kept = moved();
  const GraphOperation train = kept->minimize(loss);
  return detail::keep_with(train, kept);
}

std::shared_ptr<Optimizer> Optimizer::moved() {
  fail<Error>("minimize: {} is a temporary, and has nowhere to go: keep it in a variable", name());
}

}  // namespace tapegrad::optim
