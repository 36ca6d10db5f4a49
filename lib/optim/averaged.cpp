#include "tapegrad/optim/averaged.hpp"

#include <vector>

#include "core/check.hpp"
#include "core/tensor_impl.hpp"
#include "kernels/step.hpp"
#include "optim/options.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad::optim {
namespace {

void check_alike(std::string_view what, const std::vector<NamedTensor>& average,
                 const std::vector<NamedTensor>& model) {
  check<Error>(average.size() == model.size(), "AveragedModel: the average has {} {}, the model {}",
               average.size(), what, model.size());
  for (std::size_t i = 0; i < model.size(); ++i) {
    const Tensor& x = average[i].tensor;
    const Tensor& y = model[i].tensor;
    check<ShapeError>(x.shape() == y.shape(),
                      "AveragedModel: {} has shape {} in the average and {} in the model",
                      model[i].name, x.shape(), y.shape());
    check<DTypeError>(x.dtype() == y.dtype(),
                      "AveragedModel: {} is {} in the average and {} in the model", model[i].name,
                      x.dtype(), y.dtype());
  }
}

/// x -= part * (x - y) is a step of SGD that climbs y and decays by 1.
void move_towards(const std::vector<NamedTensor>& average, const std::vector<NamedTensor>& model,
                  double part) {
  using kernels::SgdStep;
  const SgdStep step{.pull = {.weight_decay = 1, .maximize = true}, .lr = part};
  std::vector<kernels::Stepped<SgdStep>> all;
  for (std::size_t i = 0; i < average.size(); ++i) {
    Tensor x = average[i].tensor;
    const Tensor& y = model[i].tensor;
    if (x.dtype() == float32 || x.dtype() == float64) {
      all.push_back({step, {kernels::ref(x), kernels::ref(y)}});
      x.impl()->storage->bump();
    } else {
      x.copy_(is_floating(x.dtype()) ? x + (y - x) * part : y);
    }
  }
  kernels::take_steps(std::span<const kernels::Stepped<SgdStep>>(all));
}

void copy_all(const std::vector<NamedTensor>& average, const std::vector<NamedTensor>& model) {
  for (std::size_t i = 0; i < average.size(); ++i) {
    Tensor x = average[i].tensor;
    x.copy_(model[i].tensor);
  }
}

}  // namespace

void AveragingOptions::validate() const {
  check<Error>(decay >= 0 && decay < 1, "AveragedModel: decay is {}; it lies in [0, 1)", decay);
}

void detail::average_into(const nn::Module& average, const nn::Module& model, Tensor updates,
                          const AveragingOptions& options) {
  check<Error>(!capturing(),
               "AveragedModel: update_parameters() in a captured function would be done once, with "
               "the decay {}, and not in each run; do it between the runs",
               options.decay);
  const auto n = updates.item<double>();
  const bool first = n == 0;
  const double part = options.decay > 0 ? 1 - options.decay : 1 / (n + 1);
  const NoGrad guard;
  const std::vector<NamedTensor> parameters = average.named_parameters();
  const std::vector<NamedTensor> buffers = average.named_buffers();
  const std::vector<NamedTensor> new_parameters = model.named_parameters();
  const std::vector<NamedTensor> new_buffers = model.named_buffers();
  check_alike("parameters", parameters, new_parameters);
  check_alike("buffers", buffers, new_buffers);
  // The first update is a copy to the bit: x - (x - y) rounds.
  first ? copy_all(parameters, new_parameters) : move_towards(parameters, new_parameters, part);
  first || !options.use_buffers ? copy_all(buffers, new_buffers)
                                : move_towards(buffers, new_buffers, part);
  updates += 1;
}

}  // namespace tapegrad::optim
