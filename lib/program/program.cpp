// Program: a plan for each list of feeds, and who may run it.
#include <algorithm>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/naming.hpp"
#include "core/unknown.hpp"
#include "program/program_impl.hpp"

namespace tapegrad {
namespace {

bool fits(const Signature& signature, Inputs feeds) {
  return std::ranges::equal(signature, feeds, [](const Meta& expected, const Tensor* x) {
    const TensorImpl& impl = *x->impl();
    return expected.dtype == impl.dtype && expected.shape == impl.layout.shape();
  });
}

/// The only result, or none.
const Tensor& only(const std::vector<Tensor>& results) {
  static const Tensor none;
  check<Error>(results.size() <= 1,
               "program: the function gives {} tensors; write run({{...}}), which gives all",
               results.size());
  return results.empty() ? none : results[0];
}

}  // namespace

Plan& Program::Impl::add_plan(Signature signature) {
  auto plan = std::make_unique<Plan>(capture_steps(f, signature));
  entries.insert(entries.begin(), {std::move(signature), std::move(plan)});
  return *entries.front().plan;
}

Plan& Program::Impl::plan_for(Inputs feeds) {
  const auto found = std::ranges::find_if(
      entries, [&](const Entry& entry) { return fits(entry.signature, feeds); });
  if (found != entries.end()) {
    if (found != entries.begin()) std::rotate(entries.begin(), found, found + 1);
    return *entries.front().plan;
  }
  Signature signature;
  for (const Tensor* x : feeds) signature.push_back({x->dtype(), x->shape()});
  return add_plan(std::move(signature));
}

const Plan& Program::Impl::run(Inputs feeds) {
  Plan& plan = plan_for(feeds);
  plan.check_world();
  plan.run(feeds);
  return plan;
}

Program::Program(Function f, const std::vector<Feed>& feeds) {
  with_room("capture", [&] {
    impl_ = std::make_shared<Impl>(std::move(f));
    check<Error>(static_cast<bool>(impl_->f), "capture: the function is empty");
    if (feeds.empty()) return;
    Signature signature;
    for (const Feed& feed : feeds) {
      check_dtype("capture", feed.dtype);
      signature.push_back({feed.dtype, feed.shape});
    }
    impl_->add_plan(std::move(signature));
  });
}

std::vector<Tensor> Program::run(const std::vector<Tensor>& feeds) const {
  check_defined("program", feeds);
  const bool in_graph = graphs_here > 0 && std::ranges::any_of(feeds, is_symbolic);
  if (is_captured() || in_graph) return impl_->f(feeds);
  const std::lock_guard guard(impl_->mutex);
  std::vector<Tensor> results;
  for (const Tensor& y : impl_->run(pointers_to(feeds)).captured().results) {
    results.push_back(make_alias(y));
  }
  return results;
}

Tensor Program::run_for_one(std::span<const Tensor* const> feeds) const {
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    if (!feeds[i]->defined()) refuse_undefined("program", i + 1);
  }
  const auto is_of_graph = [](const Tensor* x) { return is_symbolic(*x); };
  const bool in_graph = graphs_here > 0 && std::ranges::any_of(feeds, is_of_graph);
  if (is_captured() || in_graph) {
    std::vector<Tensor> list;
    for (const Tensor* x : feeds) list.push_back(*x);
    return only(impl_->f(list));
  }
  const std::lock_guard guard(impl_->mutex);
  // Refused before it runs, where that is known.
  only(impl_->plan_for(feeds).captured().results);
  const Tensor& result = only(impl_->run(feeds).captured().results);
  return result.defined() ? make_alias(result) : Tensor();
}

ProgramStats Program::stats() const {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->entries.empty()) return {};
  const Plan& plan = *impl_->entries.front().plan;
  return {.captured_steps = plan.captured_steps(),
          .steps = plan.captured().steps.size(),
          .fused_steps = plan.fused_steps(),
          .value_bytes = plan.value_bytes(),
          .arena_bytes = plan.arena_bytes()};
}

void detail::refuse_feeds(std::size_t taken, std::size_t given) {
  fail<Error>("program: {} feeds for a function of {}", given, taken);
}

}  // namespace tapegrad
