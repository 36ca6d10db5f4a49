#include "tapegrad/optim/adam.hpp"

#include <cmath>

#include "core/check.hpp"
#include "kernels/step.hpp"

namespace tapegrad::optim {
namespace {

constexpr std::string_view names[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};

// AdamOptions and AdamWOptions have the same fields.

template <class Options>
void check_options(const Options& o) {
  check<Error>(o.lr >= 0, "{}: lr is {}; it can't be negative", o.name, o.lr);
  check<Error>(o.eps >= 0, "{}: eps is {}; it can't be negative", o.name, o.eps);
  check<Error>(o.weight_decay >= 0, "{}: weight_decay is {}; it can't be negative", o.name,
               o.weight_decay);
  for (const double beta : o.betas) {
    check<Error>(beta >= 0 && beta < 1, "{}: betas are {} and {}; they lie in [0, 1)", o.name,
                 o.betas[0], o.betas[1]);
  }
}

template <class Options>
void visit_options(Options& o, OptionVisitor& v) {
  v("lr", o.lr);
  v("beta1", o.betas[0]);
  v("beta2", o.betas[1]);
  v("eps", o.eps);
  v("weight_decay", o.weight_decay);
  v("amsgrad", o.amsgrad);
  v("maximize", o.maximize);
}

template <class Options>
kernels::AdamStep step_of(const Options& o, std::int64_t steps) {
  const auto t = static_cast<double>(steps);
  return {.step_size = o.lr / (1 - std::pow(o.betas[0], t)),
          .beta1 = o.betas[0],
          .beta2 = o.betas[1],
          .eps = o.eps,
          .root_correction = std::sqrt(1 - std::pow(o.betas[1], t)),
          .weight_decay = o.weight_decay,
          .shrink = 1,
          .maximize = o.maximize};
}

using kernels::ref;

void run(const kernels::AdamStep& step, const Tensor& x, const Tensor& g, const Tensor& mean,
         const Tensor& square, const Tensor* largest) {
  if (largest) {
    kernels::amsgrad_step(step, ref(x), ref(g), ref(mean), ref(square), ref(*largest));
  } else {
    kernels::adam_step(step, ref(x), ref(g), ref(mean), ref(square));
  }
}

}  // namespace

void AdamOptions::check() const { check_options(*this); }
void AdamWOptions::check() const { check_options(*this); }
void AdamOptions::visit(OptionVisitor& v) { visit_options(*this, v); }
void AdamWOptions::visit(OptionVisitor& v) { visit_options(*this, v); }

void Adam::update(Slot& slot, const Tensor& grad, std::size_t group) {
  const AdamOptions& o = options(group);
  run(step_of(o, slot.steps), slot.parameter, grad, memory(slot, 0), memory(slot, 1),
      o.amsgrad ? &memory(slot, 2) : nullptr);
}

void AdamW::update(Slot& slot, const Tensor& grad, std::size_t group) {
  const AdamWOptions& o = options(group);
  kernels::AdamStep step = step_of(o, slot.steps);
  step.weight_decay = 0;
  step.shrink = 1 - o.lr * o.weight_decay;
  run(step, slot.parameter, grad, memory(slot, 0), memory(slot, 1),
      o.amsgrad ? &memory(slot, 2) : nullptr);
}

std::span<const std::string_view> Adam::memory_names() const { return names; }
std::span<const std::string_view> AdamW::memory_names() const { return names; }

}  // namespace tapegrad::optim
