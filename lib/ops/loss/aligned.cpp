#include "ops/loss/aligned.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

/// Of what can't be: a number whose differences are numbers, while its exp() is 0.
constexpr double never = -1e30;

/// [batch, longest], with blanks behind the end of each.
Tensor padded(const Tensor& targets, const Tensor& lengths, std::int64_t blank) {
  const std::int64_t width = std::max<std::int64_t>(targets.size(-1), 1);
  const std::int64_t batch = lengths.size(0);
  const Tensor within = arange(width).unsqueeze(0) < lengths.unsqueeze(1);
  if (targets.numel() == 0) return full({batch, width}, blank);
  Tensor table = targets;
  if (targets.dim() == 1) {
    const Tensor begin = (cumsum(lengths, 0) - lengths).unsqueeze(1);
    const Tensor place = clamp(begin + arange(width), 0, targets.size(0) - 1);
    table = index_select(targets, 0, place.reshape({-1})).reshape(place.shape());
  }
  return where(within, table, blank);
}

/// The classes of all states: blanks between, before and behind letters.
Tensor states_of(const Tensor& text, std::int64_t blank) {
  const Tensor blanks = full_like(text, blank);
  const Tensor pairs = stack({blanks, text}, 2).reshape({text.size(0), 2 * text.size(1)});
  return cat({pairs, blanks.narrow(1, 0, 1)}, 1);
}

/// Each state as it was `places` before it.
Tensor shifted(const Tensor& x, std::int64_t places) { return pad(x, {places, -places}, never); }

/// What is added on the way past a blank: nothing between letters that differ.
Tensor jumps(const Tensor& states, std::int64_t blank, DType dtype) {
  const Tensor before = pad(states, {2, -2}, blank);
  return where((states != blank) * (states != before), 0.0, never).to(dtype);
}

}  // namespace

Tensor aligned_step_by_step(const Tensor& log_probs, const Tensor& targets,
                            const Tensor& input_lengths, const Tensor& target_lengths,
                            std::int64_t blank) {
  const std::int64_t steps = log_probs.size(0), batch = log_probs.size(1);
  const Tensor states = states_of(padded(targets, target_lengths, blank), blank);
  const std::int64_t width = states.size(1);
  const Tensor x =
      clamp_min(gather(log_probs, 2, states.unsqueeze(0).expand({steps, batch, width})), never);
  const Tensor jump = jumps(states, blank, x.dtype());
  Tensor now = x.select(0, 0) + where(arange(width) < 2, 0.0, never).to(x.dtype());
  for (std::int64_t t = 1; t < steps; ++t) {
    const Tensor reached = logsumexp(stack({now, shifted(now, 1), shifted(now, 2) + jump}, 0), 0);
    now = where((input_lengths > t).unsqueeze(1), reached + x.select(0, t), now);
  }
  const Tensor last = (2 * target_lengths).unsqueeze(1);
  const Tensor letter = gather(now, 1, clamp_min(last - 1, 0));
  const Tensor ends = cat({gather(now, 1, last), where(last > 0, letter, never)}, 1);
  const Tensor total = logsumexp(ends, 1);
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const Tensor loss = where(total < never / 2, infinite, -total);
  const Tensor nothing = where(target_lengths == 0, 0.0, infinite).to(x.dtype());
  return where(input_lengths == 0, nothing, loss);
}

}  // namespace tapegrad
