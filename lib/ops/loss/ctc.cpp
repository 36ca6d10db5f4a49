#include "tapegrad/ops/loss/ctc.hpp"

#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "kernels/ctc.hpp"
#include "ops/composed.hpp"
#include "ops/floating.hpp"
#include "ops/loss/aligned.hpp"
#include "ops/loss/reduction.hpp"
#include "ops/value_check.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// Texts and lengths are row-major and of int64.
Aligned aligned(const Tensor& x, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, std::int64_t blank) {
  return {x.size(0),
          x.size(1),
          x.size(2),
          blank,
          ref(input_lengths).as<const std::int64_t>(),
          ref(target_lengths).as<const std::int64_t>(),
          ref(targets).as<const std::int64_t>(),
          targets.dim() == 2 ? targets.size(1) : 0};
}

struct CtcToInput {
  static constexpr std::string_view name = "ctc_loss_to_input";
  std::int64_t blank;
  Like result(const Tensor&, const Tensor& x, const Tensor&, const Tensor&, const Tensor&) const {
    return like(x);
  }
  void into(const Tensor& out, const Tensor& g, const Tensor& x, const Tensor& targets,
            const Tensor& input_lengths, const Tensor& target_lengths) const {
    const Tensor from = g.contiguous(), dense = x.contiguous();
    ctc_loss_gradient(ref(out), ref(from), ref(dense),
                      aligned(x, targets, input_lengths, target_lengths, blank));
  }
};

/// Inputs: log-probabilities, targets, lengths of both.
struct Ctc {
  static constexpr std::string_view name = "ctc_loss";
  static constexpr Needs saves(Needs) { return save_inputs | save_output; }
  std::int64_t blank;
  void attributes(AttributeList& list) const { list("blank", blank); }
  Meta result(const Tensor& x, const Tensor&, const Tensor&, const Tensor&) const {
    return {x.dtype(), {x.size(1)}};
  }
  void into(const Tensor& out, const Tensor& x, const Tensor& targets, const Tensor& input_lengths,
            const Tensor& target_lengths) const {
    const Tensor dense = x.contiguous();
    kernels::ctc_loss(ref(out), ref(dense),
                      aligned(x, targets, input_lengths, target_lengths, blank));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    std::vector<Tensor> grads(4);
    if (!recording()) {
      grads[0] = untaped(CtcToInput{blank}, g, s[0], s[1], s[2], s[3]);
      return Grads(std::move(grads));
    }
    grads = composed_gradients(s, {g}, [&](const std::vector<Tensor>& x) {
      return std::vector<Tensor>{aligned_step_by_step(x[0], x[1], x[2], x[3], blank)};
    });
    const Tensor lost = (isinf(s.output()) * (g.detach() != 0)).unsqueeze(1);
    grads[0] = where(lost, std::numeric_limits<double>::quiet_NaN(), grads[0]);
    return Grads(std::move(grads));
  }
};

void check_lengths(std::string_view what, const std::vector<std::int64_t>& lengths,
                   std::int64_t most) {
  for (std::size_t n = 0; n < lengths.size(); ++n) {
    check<Error>(lengths[n] >= 0 && lengths[n] <= most,
                 "ctc_loss: {}[{}] is {}; it must lie in [0, {}]", what, n, lengths[n], most);
  }
}

/// All that is read by its value.
struct CtcValues {
  std::int64_t blank;
  void operator()(const Tensor& x, const Tensor& targets, const Tensor& input_lengths,
                  const Tensor& target_lengths) const {
    const std::int64_t classes = x.shape()[2];
    check_lengths("input_lengths", input_lengths.to_vector<std::int64_t>(), x.shape()[0]);
    const auto lengths = target_lengths.to_vector<std::int64_t>();
    const auto labels = targets.to_vector<std::int64_t>();
    const bool padded = targets.dim() == 2;
    check_lengths("target_lengths", lengths, targets.shape()[padded ? 1 : 0]);
    const std::int64_t all = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
    check<ShapeError>(padded || all == targets.numel(),
                      "ctc_loss: targets are {}, but target_lengths add up to {}", targets.shape(),
                      all);
    std::size_t next = 0;
    for (std::size_t n = 0; n < lengths.size(); ++n) {
      const std::size_t begin = padded ? n * static_cast<std::size_t>(targets.shape()[1]) : next;
      for (std::size_t i = 0; i < static_cast<std::size_t>(lengths[n]); ++i) {
        check_label(labels[begin + i], n, i, classes);
      }
      next += static_cast<std::size_t>(lengths[n]);
    }
  }

 private:
  void check_label(std::int64_t label, std::size_t n, std::size_t i, std::int64_t classes) const {
    check<IndexError>(label >= 0 && label < classes,
                      "ctc_loss: label {} at {} of target {} is out of range for {} classes", label,
                      i, n, classes);
    check<Error>(label != blank,
                 "ctc_loss: label {} at {} of target {} is the blank, which no target contains",
                 label, i, n);
  }
};

void check_shapes(const Tensor& x, const Tensor& targets, const Tensor& input_lengths,
                  const Tensor& target_lengths) {
  const bool single = x.dim() == 2;
  const Shape lengths = single ? Shape{} : Shape{x.dim() == 3 ? x.size(1) : 0};
  const bool fits =
      (single || x.dim() == 3) &&
      (targets.dim() == 1 || (!single && targets.dim() == 2 && targets.size(0) == lengths[0])) &&
      input_lengths.shape() == lengths && target_lengths.shape() == lengths;
  check<ShapeError>(fits,
                    "ctc_loss: log_probs are {}, targets {}, input_lengths {}, target_lengths {}; "
                    "they need [steps, batch, classes], [batch, longest] or [all], [batch] and "
                    "[batch], or all of them no batch",
                    x.shape(), targets.shape(), input_lengths.shape(), target_lengths.shape());
  check<ShapeError>(x.size(0) > 0 && x.size(-1) > 0,
                    "ctc_loss: log_probs are {}; there is at least one step and one class",
                    x.shape());
}

Tensor integers(std::string_view what, const Tensor& x) {
  check<DTypeError>(!is_floating(x.dtype()) && x.dtype() != boolean,
                    "ctc_loss: {} are {}, not integers; convert them with to(int64)", what,
                    x.dtype());
  return x.to(int64).contiguous();
}

}  // namespace

Tensor nn::ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                    const Tensor& target_lengths, const CtcLossOptions& options) {
  check_defined("ctc_loss", log_probs, targets, input_lengths, target_lengths);
  check_reduction("ctc_loss", options.reduction);
  check_shapes(log_probs, targets, input_lengths, target_lengths);
  check_floating("ctc_loss", log_probs);
  const std::int64_t blank = options.blank;
  check<IndexError>(blank >= 0 && blank < log_probs.size(-1),
                    "ctc_loss: the blank {} is none of {} classes", blank, log_probs.size(-1));
  const bool single = log_probs.dim() == 2;
  const auto batch = [&](const Tensor& x) { return single ? x.unsqueeze(0) : x; };
  const Tensor x = single ? log_probs.unsqueeze(1) : log_probs;
  const Tensor labels = batch(integers("targets", targets));
  const Tensor steps = batch(integers("input_lengths", input_lengths));
  const Tensor letters = batch(integers("target_lengths", target_lengths));
  check_values(CtcValues{blank}, x.detach(), labels, steps, letters);
  Tensor loss = apply(Ctc{blank}, x, labels, steps, letters);
  if (options.zero_infinity) loss = where(isinf(loss), 0, loss);
  if (options.reduction == Reduction::none) return single ? loss.squeeze(0) : loss;
  if (options.reduction == Reduction::sum) return sum(loss);
  return mean(loss / clamp_min(letters, 1).to(loss.dtype()));
}

}  // namespace tapegrad
