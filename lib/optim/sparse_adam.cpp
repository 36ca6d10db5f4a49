#include "tapegrad/optim/sparse_adam.hpp"

#include <cmath>

#include "core/check.hpp"
#include "core/row_gradient.hpp"
#include "optim/by_rule.hpp"
#include "optim/leaf.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {

void SparseAdamOptions::validate() const {
  check_numbers(*this);
  check_betas(name, betas);
}

void SparseAdamOptions::visit(OptionVisitor& v) {
  v("lr", lr);
  v("beta1", betas[0]);
  v("beta2", betas[1]);
  v("eps", eps);
  v("maximize", maximize);
}

void SparseAdam::check_step() const {
  check_not_captured("step");
  for (std::size_t group = 0; group < group_count(); ++group) {
    const std::vector<Slot>& slots = slots_of(group);
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const Tensor& x = slots[i].parameter;
      const LeafNode* const leaf = leaf_of(x);
      const Tensor grad = leaf ? leaf->grad() : Tensor();
      check<Error>(!grad.defined() || row_node_of(grad),
                   "SparseAdam: the gradient of parameter {} of group {}, of shape {}, is dense; "
                   "this rule follows those of embeddings with `sparse`, which hooks and grad() "
                   "make dense, while sparse_grad() doesn't; train other parameters with Adam",
                   i, group, x.shape());
    }
  }
}

void SparseAdam::update(std::span<const Change> changes, std::size_t group) {
  fail<Error>("SparseAdam: {} dense gradients in group {}", changes.size(), group);
}

std::string SparseAdam::refuses_rows(std::size_t) const { return {}; }

void SparseAdam::update_rows(Slot& slot, const SparseGrad& grad, std::size_t group) {
  const SparseAdamOptions& o = options_of(group);
  step_rows_by<0, 1>(slot, grad, [&](const Occasion& now) {
    const auto t = static_cast<double>(now.steps);
    const double correction = std::sqrt(1 - std::pow(o.betas[1], t));
    return kernels::AdamStep{.pull = {.weight_decay = 0, .maximize = o.maximize},
                             .step_size = o.lr * correction / (1 - std::pow(o.betas[0], t)),
                             .eps = o.eps,
                             .beta1 = o.betas[0],
                             .beta2 = o.betas[1],
                             .shrink = 1};
  });
}

std::span<const std::string_view> SparseAdam::memory_names() const {
  static constexpr std::string_view names[] = {"exp_avg", "exp_avg_sq"};
  return names;
}

}  // namespace tapegrad::optim
