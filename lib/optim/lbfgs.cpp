#include "tapegrad/optim/lbfgs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.hpp"
#include "kernels/step.hpp"
#include "optim/line_search.hpp"
#include "optim/options.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::optim {
namespace {

// A smaller product of changes would spoil the curvature that is remembered.
constexpr double least_curvature = 1e-10;

double product(const Tensor& a, const Tensor& b) { return dot(a, b).item<double>(); }
double largest(const Tensor& x) { return max(abs(x)).item<double>(); }

/// x -= part * y in one pass, which is a step of SGD.
void subtract(const Tensor& x, const Tensor& y, double part) {
  using One = kernels::Stepped<kernels::SgdStep>;
  const One one{{.pull = {.weight_decay = 0, .maximize = false}, .lr = part},
                {kernels::ref(x), kernels::ref(y)}};
  kernels::take_steps(std::span<const One>(&one, 1));
}

}  // namespace

void LBFGSOptions::validate() const {
  check_numbers(*this);
  check<Error>(max_iter >= 1, "LBFGS: max_iter is {}; it is at least 1", max_iter);
  check<Error>(history_size >= 1, "LBFGS: history_size is {}; it is at least 1", history_size);
}

void LBFGSOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("max_iter", max_iter);
  v("max_eval", max_eval);
  v("tolerance_grad", tolerance_grad);
  v("tolerance_change", tolerance_change);
  v("history_size", history_size);
  bool wolfe = line_search == LineSearch::strong_wolfe;
  v("strong_wolfe", wolfe);
  line_search = wolfe ? LineSearch::strong_wolfe : LineSearch::none;
}

/// One step(): the function along the parameters, and what is to be remembered of it.
struct LBFGS::Search {
  const Options& options;
  const std::function<Tensor()>& closure;
  std::vector<Slot>& slots;
  Memory m;
  std::int64_t evaluations = 0;
  Tensor first_loss = {};
  double loss = 0;
  Tensor gradient = {};

  static std::int64_t most_evaluations(const Options& o) {
    return o.max_eval > 0 ? o.max_eval : o.max_iter * 5 / 4;
  }

  void evaluate() {
    ++evaluations;
    ++m.func_evals;
    const EnableGrad guard;
    const Tensor value = closure();
    check<Error>(value.defined() && value.numel() == 1,
                 "LBFGS: the closure gave {}; it returns the loss, one number",
                 value.defined() ? "a tensor of shape " + to_string(value.shape()) : "nothing");
    const NoGrad silent;
    loss = value.item<double>();
    if (!first_loss.defined()) first_loss = value;
    std::vector<Tensor> parts;
    for (const Slot& slot : slots) {
      const Tensor& x = slot.parameter;
      const Tensor g = x.grad();
      parts.push_back(g.defined() ? g.reshape({-1}) : zeros({x.numel()}, {.dtype = x.dtype()}));
    }
    gradient = cat(parts);
  }

  std::vector<Tensor> values() const {
    std::vector<Tensor> all;
    for (const Slot& slot : slots) all.push_back(slot.parameter.detach().clone());
    return all;
  }
  /// The parameters t along the direction from `start`.
  void move(const std::vector<Tensor>& start, double t) {
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const std::int64_t n = start[i].numel();
      const Tensor part = m.d.narrow(0, begin, n).view(start[i].shape());
      slots[i].parameter.copy_(start[i] + part * t);
      begin += n;
    }
  }
  void put_back(const std::vector<Tensor>& start) {
    for (std::size_t i = 0; i < slots.size(); ++i) slots[i].parameter.copy_(start[i]);
  }

  /// What the last step showed of the curvature.
  void remember() {
    const Tensor y = gradient - m.prev_flat_grad;
    const Tensor s = m.d * m.t;
    const double ys = product(y, s);
    if (!(ys > least_curvature)) return;
    while (std::ssize(m.old_dirs) >= options.history_size) {
      m.old_dirs.erase(m.old_dirs.begin());
      m.old_stps.erase(m.old_stps.begin());
      m.ro.erase(m.ro.begin());
    }
    m.old_dirs.push_back(y);
    m.old_stps.push_back(s);
    m.ro.push_back(1 / ys);
    m.h_diag = ys / product(y, y);
  }

  /// The negative gradient times the approximate inverse of the Hessian.
  Tensor direction() const {
    const std::size_t n = m.old_dirs.size();
    std::vector<double> al(n);
    Tensor q = -gradient;
    for (std::size_t i = n; i-- > 0;) {
      al[i] = product(m.old_stps[i], q) * m.ro[i];
      subtract(q, m.old_dirs[i], al[i]);
    }
    q *= m.h_diag;
    for (std::size_t i = 0; i < n; ++i) {
      const double be = product(m.old_dirs[i], q) * m.ro[i];
      subtract(q, m.old_stps[i], be - al[i]);
    }
    return q;
  }

  void go(double slope, bool last) {
    const std::vector<Tensor> start = values();
    try {
      if (options.line_search == LineSearch::strong_wolfe) {
        const std::int64_t most = most_evaluations(options) - evaluations;
        const auto at = [&](double t) {
          move(start, t);
          evaluate();
          return Trial{t, loss, product(gradient, m.d), gradient};
        };
        const Found found = strong_wolfe(at, {0, loss, slope, gradient}, m.t, largest(m.d), most);
        m.t = found.trial.t;
        loss = found.trial.value;
        gradient = found.trial.gradient;
        move(start, m.t);
      } else {
        move(start, m.t);
        // The value behind the last step isn't needed here, and may be another one next time.
        if (!last) evaluate();
      }
    } catch (...) {
      put_back(start);
      throw;
    }
  }

  /// False where the end is reached.
  bool iterate(bool last) {
    if (++m.n_iter == 1) {
      m.d = -gradient;
    } else {
      remember();
      m.d = direction();
    }
    m.prev_flat_grad = gradient;
    m.prev_loss = loss;
    m.t = m.n_iter == 1 ? std::min(1.0, 1 / sum(abs(gradient)).item<double>()) * options.lr
                        : options.lr;
    const double slope = product(gradient, m.d);
    if (slope > -options.tolerance_change) return false;
    go(slope, last);
    return !last && evaluations < most_evaluations(options) &&
           !(largest(gradient) <= options.tolerance_grad) &&
           !(largest(m.d * m.t) <= options.tolerance_change) &&
           !(std::abs(loss - m.prev_loss) < options.tolerance_change);
  }
};

LBFGS::LBFGS(const std::vector<Tensor>& parameters, const LBFGSOptions& options)
    : OptimizerOf(parameters, options) {}

Tensor LBFGS::step(const std::function<Tensor()>& closure) {
  check_group(0);
  check_not_captured("step");
  check<Error>(closure != nullptr, "LBFGS: step() got an empty function, to call up to {} times",
               Search::most_evaluations(options_of(0)));
  check<Error>(group_count() == 1, "LBFGS: it has {} groups; it steps for one", group_count());
  std::vector<Slot>& slots = slots_of(0);
  const DType dtype = slots[0].parameter.dtype();
  for (const Slot& slot : slots) {
    check<DTypeError>(slot.parameter.dtype() == dtype,
                      "LBFGS: parameters are {} and {}; it steps for one element type", dtype,
                      slot.parameter.dtype());
  }
  const NoGrad guard;
  Search search{.options = options_of(0), .closure = closure, .slots = slots, .m = memory_};
  search.evaluate();
  begin_step();
  for (Slot& slot : slots) ++slot.steps;
  if (!(largest(search.gradient) <= options_of(0).tolerance_grad)) {
    for (std::int64_t i = 1; i <= options_of(0).max_iter; ++i) {
      if (!search.iterate(i == options_of(0).max_iter)) break;
    }
  }
  memory_ = std::move(search.m);
  if (tracing()) {
    for (const Slot& slot : slots) trace_update("lbfgs", slot.parameter, slot.parameter.grad());
  }
  return search.first_loss;
}

void LBFGS::check_step() const {
  fail<Error>(
      "LBFGS: step() needs the function that computes the loss and its gradients, which it calls "
      "up "
      "to {} times: give it to step()",
      Search::most_evaluations(options_of(0)));
}

void LBFGS::update(std::span<const Change>, std::size_t) { check_step(); }

}  // namespace tapegrad::optim
