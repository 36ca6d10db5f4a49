#include "program/dense_step.hpp"

#include <cstring>

#include "kernels/parallel.hpp"

namespace tapegrad {

DenseStep::Array DenseStep::array_of(const Tensor& x) {
  const TensorImpl& impl = *x.impl();
  return {&impl, static_cast<std::size_t>(impl.layout.offset()) * size_of(impl.dtype)};
}

bool is_row_of(const Shape& part, const Shape& whole) {
  if (part.size() > whole.size()) return false;
  std::size_t ones = 0;
  while (ones < part.size() && part[ones] == 1) ++ones;
  for (std::size_t i = ones; i < part.size(); ++i) {
    if (part[i] != whole[whole.size() - part.size() + i]) return false;
  }
  return true;
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
    if (x.dtype != out.dtype || !x.layout.is_contiguous()) return {};
    const auto bit = static_cast<std::uint8_t>(1U << step.inputs_);
    const std::int64_t elements = x.layout.numel();
    if (elements == 1 && n != 1) {
      step.single_ |= bit;
    } else if (elements != n) {
      // One length of rows, and not so short that calls take longer than their work.
      if (!is_row_of(x.layout.shape(), out.layout.shape()) || elements < shortest_row) return {};
      if (step.row_ != 0 && elements != step.n_) return {};
      step.row_ |= bit;
      step.n_ = elements;
    }
    step.operands_[step.inputs_++] = array_of(*input);
  }
  step.rows_ = n / step.n_;
  return step;
}

void DenseStep::locate() {
  out_ = result_.start();
  for (std::size_t k = 0; k < inputs_; ++k) in_[k] = operands_[k].start();
}

void DenseStep::run_rows() const {
  constexpr std::size_t widest = 64;  // bytes of a batch
  alignas(widest) std::byte repeated[most_inputs][widest];
  std::array<const std::byte*, most_inputs> in = in_;
  std::array<std::int64_t, most_inputs> advance = ones;
  std::array<std::int64_t, most_inputs> row{};
  const std::int64_t length = n_ * element_;
  for (std::size_t k = 0; k < inputs_; ++k) {
    if ((single_ >> k & 1U) == 0) {
      row[k] = (row_ >> k & 1U) == 0 ? length : 0;
      continue;
    }
    for (std::size_t at = 0; at < widest; at += element_)
      std::memcpy(repeated[k] + at, in[k], element_);
    in[k] = repeated[k];
    advance[k] = 0;
  }
  std::byte* out = out_;
  for (std::int64_t i = 0; i < rows_; ++i, out += length) {
    loop_(out, in.data(), advance.data(), n_);
    for (std::size_t k = 0; k < inputs_; ++k) in[k] += row[k];
  }
}

}  // namespace tapegrad
