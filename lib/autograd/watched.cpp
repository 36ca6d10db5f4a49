#include "autograd/watched.hpp"

#include <algorithm>

#include "autograd/apply.hpp"

namespace tapegrad {
namespace {

std::vector<Tensor> computed_by(const Operation& operation, Inputs inputs) {
  if (operation.is_function()) return {operation.forward(inputs)};
  std::vector<Tensor> outs;
  if (operation.computes()) {
    for (const Meta& meta : operation.results(inputs)) {
      outs.push_back(make_tensor(meta.dtype, meta.shape));
    }
    operation.into(outs, inputs);
  } else {
    for (const Layout& layout : operation.layouts(impl_of(*inputs[0]).layout)) {
      outs.push_back(make_view(*inputs[0], layout));
    }
  }
  return outs;
}

std::vector<Tensor> run_and_recorded(const Operation& operation, Inputs inputs) {
  if (is_silent()) return computed_by(operation, inputs);
  for (const Tensor* x : inputs) {
    if (x->defined()) check_history(operation.name(), *x);
  }
  if (is_captured()) return captured_and_recorded(operation, inputs);
  std::vector<Tensor> outs = unrecorded([&] { return computed_by(operation, inputs); });
  const auto is_tracked = [](const Tensor* x) { return tracked(*x); };
  if (recording() && !outs.empty() && std::ranges::any_of(inputs, is_tracked)) {
    operation.record(inputs, outs);
  }
  return outs;
}

}  // namespace

std::vector<Tensor> computed_wide(const Operation& operation, Inputs inputs) {
  std::vector<Tensor> wide;
  for (const Tensor* x : inputs) wide.push_back(widened(*x));
  const std::vector<Meta> metas = operation.results(inputs);
  std::vector<Tensor> outs;
  for (const Meta& meta : metas) {
    outs.push_back(make_tensor(computed_in(meta.dtype), meta.shape));
  }
  operation.into(outs, pointers_to(wide));
  for (std::size_t i = 0; i < outs.size(); ++i) outs[i] = outs[i].to(metas[i].dtype);
  return outs;
}

std::vector<Tensor> watched(const Operation& operation, Inputs inputs) {
  if (!is_traced()) return run_and_recorded(operation, inputs);
  if (is_deferred(operation, inputs)) return deferred(operation, inputs);
  std::vector<Tensor> outs = unlisted([&] { return run_and_recorded(operation, inputs); });
  list_operation(operation, inputs, outs);
  return outs;
}

std::vector<Tensor> untaped_watched(const Operation& operation, Inputs inputs) {
  if (is_captured()) return captured(operation, inputs);
  return is_deferred(operation, inputs) ? deferred(operation, inputs)
                                        : computed_by(operation, inputs);
}

}  // namespace tapegrad
