// Steps of the rules in kernels/step_rules.hpp.
#pragma once

#include "kernels/step.hpp"
#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/sparse_grad.hpp"

namespace tapegrad::optim {

template <std::size_t... places, class NumbersOf>
void Optimizer::step_by(std::span<const Change> changes, const NumbersOf& numbers_of,
                        const std::array<double, max_memories>& initial) {
  using Step = decltype(numbers_of(Occasion()));
  static_assert(sizeof...(places) == Step::memories);
  std::array<kernels::Stepped<Step>, most_changes> all;
  Occasion before{.steps = -1};
  Step step{};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Slot& slot = *changes[i].slot;
    const Occasion now{
        .steps = slot.steps, .product = slot.product, .first = !slot.memories[0].defined()};
    // Most parameters have taken as many steps as the one before them: powers cost more than they.
    if (now != before) step = numbers_of(now);
    before = now;
    all[i] = {step,
              {kernels::ref(slot.parameter), kernels::ref(changes[i].grad),
               kernels::ref(memory(slot, places, initial[places]))...}};
  }
  kernels::take_steps(std::span<const kernels::Stepped<Step>>(all.data(), changes.size()));
}

template <std::size_t... places, class NumbersOf>
void Optimizer::step_rows_by(Slot& slot, const SparseGrad& grad, const NumbersOf& numbers_of,
                             const std::array<double, max_memories>& initial) {
  using Step = decltype(numbers_of(Occasion()));
  static_assert(sizeof...(places) == Step::memories);
  const Step step = numbers_of(
      Occasion{.steps = slot.steps, .product = slot.product, .first = !slot.memories[0].defined()});
  const kernels::Stepped<Step> one{step,
                                   {kernels::ref(slot.parameter), kernels::ref(grad.values),
                                    kernels::ref(memory(slot, places, initial[places]))...}};
  kernels::take_row_steps(one, kernels::ref(grad.indices));
}

}  // namespace tapegrad::optim
