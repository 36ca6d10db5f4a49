#include "program/dense_step.hpp"

#include <cstring>

#include "kernels/parallel.hpp"

namespace tapegrad {

DenseStep::Array DenseStep::array_of(const Tensor& x) {
  const TensorImpl& impl = *x.impl();
  return {&impl, static_cast<std::size_t>(impl.layout.offset()) * size_of(impl.dtype)};
}

std::optional<DenseStep> DenseStep::of(const Operation& operation, Outputs outs, Inputs inputs) {
  if (outs.size() != 1 || inputs.size() > most_inputs || operation.has_effect()) return {};
  const TensorImpl& out = *outs[0].impl();
  const std::int64_t n = out.layout.numel();
  if (n == 0 || n > kernels::grain || !out.layout.is_contiguous()) return {};
  DenseStep step;
  step.loop_ = operation.dense_loop(out.dtype);
  if (!step.loop_) return {};
  step.n_ = n;
  step.element_ = static_cast<std::uint8_t>(size_of(out.dtype));
  step.result_ = array_of(outs[0]);
  for (const Tensor* input : inputs) {
    if (!input->defined()) return {};
    const TensorImpl& x = *input->impl();
    const std::int64_t elements = x.layout.numel();
    if (x.dtype != out.dtype || !x.layout.is_contiguous() || (elements != n && elements != 1)) {
      return {};
    }
    if (elements != n) step.repeated_ |= static_cast<std::uint8_t>(1U << step.inputs_);
    step.operands_[step.inputs_++] = array_of(*input);
  }
  return step;
}

void DenseStep::locate() {
  out_ = result_.start();
  for (std::size_t k = 0; k < inputs_; ++k) in_[k] = operands_[k].start();
}

void DenseStep::run_repeating() const {
  constexpr std::size_t widest = 64;  // bytes of a batch
  alignas(widest) std::byte repeated[most_inputs][widest];
  std::array<const std::byte*, most_inputs> in = in_;
  std::array<std::int64_t, most_inputs> advance = ones;
  for (std::size_t k = 0; k < inputs_; ++k) {
    if ((repeated_ >> k & 1U) == 0) continue;
    for (std::size_t at = 0; at < widest; at += element_)
      std::memcpy(repeated[k] + at, in[k], element_);
    in[k] = repeated[k];
    advance[k] = 0;
  }
  loop_(out_, in.data(), advance.data(), n_);
}

}  // namespace tapegrad
