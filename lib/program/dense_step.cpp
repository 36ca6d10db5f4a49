#include "program/dense_step.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "kernels/parallel.hpp"

namespace tapegrad {
namespace {

constexpr std::size_t widest_batch = 64;  // in bytes

}  // namespace

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
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (!inputs[k]->defined()) return {};
    const TensorImpl& x = *inputs[k]->impl();
    if (x.dtype != out.dtype || !x.layout.is_contiguous()) return {};
    const auto bit = static_cast<std::uint8_t>(1U << k);
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
  }
  step.operands_ = {outs[0], inputs};
  step.rows_ = n / step.n_;
  return step;
}

namespace {

/// A batch of one element.
template <class T>
void repeat_element(std::byte* to, const std::byte* element) {
  T value;
  std::memcpy(&value, element, sizeof(T));
  std::fill_n(reinterpret_cast<T*>(to), widest_batch / sizeof(T), value);
}

}  // namespace

void DenseStep::run_rows() const {
  alignas(64) std::byte repeated[most_inputs][widest_batch];
  std::array<const std::byte*, most_inputs> in = in_;
  std::array<std::int64_t, most_inputs> advance = ones;
  for (std::uint8_t left = single_; left != 0; left &= left - 1) {
    const auto k = static_cast<std::size_t>(std::countr_zero(left));
    element_ == sizeof(std::uint32_t) ? repeat_element<std::uint32_t>(repeated[k], in[k])
                                      : repeat_element<std::uint64_t>(repeated[k], in[k]);
    in[k] = repeated[k];
    advance[k] = 0;
  }
  if (rows_ == 1) return loop_(out_, in.data(), advance.data(), n_);
  const std::int64_t length = n_ * element_;
  std::byte* out = out_;
  for (std::int64_t i = 0; i < rows_; ++i, out += length) {
    loop_(out, in.data(), advance.data(), n_);
    for (std::size_t k = 0; k < operands_.inputs(); ++k) {
      if (((single_ | row_) >> k & 1U) == 0) in[k] += length;
    }
  }
}

}  // namespace tapegrad
