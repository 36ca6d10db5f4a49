// Capturing: what a function asks for becomes a list of steps, and what it touches is remembered.
#include <algorithm>
#include <atomic>

#include "autograd/apply.hpp"
#include "autograd/capturing.hpp"
#include "core/check.hpp"
#include "core/sizes.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {
namespace {

std::uint32_t next_number() {
  static std::atomic<std::uint32_t> last{0};
  const std::uint32_t number = (last.fetch_add(1, std::memory_order_relaxed) + 1) & ~graph_stamp;
  return number != 0 ? number : next_number();  // 0 is outside of all
}

Tensor without_values(DType dtype, const Layout& layout) {
  const std::size_t bytes = checked_bytes("capture", layout.numel(), dtype);
  return make_tensor(dtype, make_foreign_storage(nullptr, bytes), layout);
}

}  // namespace

constinit thread_local Capture* current_program = nullptr;
constinit std::atomic<const Owners*> owners = nullptr;

Capture::Capture() {
  done_.number = next_number();
  done_.recorded = recording();
}

Tensor Capture::feed(DType dtype, const Layout& layout) {
  done_.feeds.push_back(without_values(dtype, layout));
  return done_.feeds.back();
}

bool Capture::is_feed(const Tensor& x) const {
  return std::ranges::any_of(done_.feeds, [&](const Tensor& feed) {
    return feed.impl()->storage.get() == impl_of(x).storage.get();
  });
}

std::vector<Tensor> Capture::aliases(Inputs inputs) {
  std::vector<Tensor> list;
  for (const Tensor* x : inputs) list.push_back(x->defined() ? make_alias(*x) : Tensor());
  return list;
}

void Capture::note_outsider(const Tensor& x) {
  const TensorImpl& impl = impl_of(x);
  const Ptr<TensorImpl> root =
      impl.base ? impl.base : Ptr<TensorImpl>::share(const_cast<TensorImpl*>(&impl));
  if (!met_.insert(root.get()).second) return;
  const Storage* storage = root->storage.get();
  const Node* node = root->node.get();
  done_.outsiders.push_back(
      {Tensor::adopt(Ptr<TensorImpl>(root).release()), storage, node, hooks_on(node)});
}

/// What an operation reads.
void Capture::note(std::string_view operation, const Tensor& x) {
  if (is_own(x)) return;
  check_has_values(operation, x);  // of a capture that has ended, or one around this one
  const Ptr<Node>& node = impl_of(x).node;
  check<AutogradError>(!node || node->is_leaf() || is_born(*node),
                       "{}: this tensor of shape {} is the result of {} from before the captured "
                       "function: a run could not go back through that; detach() it, or compute it "
                       "within the function",
                       operation, x.shape(), node ? node->name() : "");
  note_outsider(x);
}

std::vector<Tensor> Capture::add(const Operation& operation, Inputs inputs) {
  for (const Tensor* x : inputs) {
    if (!x->defined()) continue;
    check_history(operation.name(), *x);
    note(operation.name(), *x);
  }
  std::vector<Tensor> results;
  if (operation.computes()) {
    for (const Meta& meta : operation.results(inputs)) {
      results.push_back(without_values(meta.dtype, Layout(meta.shape)));
    }
    Step step{.name = std::string(operation.name()), .operation = operation.copy()};
    step.inputs = aliases(inputs);
    for (const Tensor& y : results) step.outputs.push_back(make_alias(y));
    done_.steps.push_back(std::move(step));
    return results;
  }
  for (const Layout& layout : operation.layouts(impl_of(*inputs[0]).layout)) {
    results.push_back(make_view(*inputs[0], layout));
  }
  return results;
}

void Capture::add_write(const Operation& operation, Inputs inputs) {
  for (const Tensor* x : inputs) note(operation.name(), *x);
  Step step{.name = std::string(operation.name()) + "_", .operation = operation.copy()};
  step.inputs = aliases(inputs);
  step.outputs = {step.inputs[0]};
  done_.steps.push_back(std::move(step));
}

void Capture::add_call(std::string_view name, std::function<void()> call) {
  done_.steps.push_back({.name = std::string(name), .call = std::move(call)});
}

void Capture::changes(std::string_view operation, const Tensor& x) {
  check<Error>(!is_feed(x),
               "{}: a feed of shape {} can't be changed in place: what is fed belongs to the "
               "caller; change a clone() of it",
               operation, x.shape());
  if (is_own(x)) return;
  note(operation, x);
  const Ptr<Storage>& storage = impl_of(x).storage;
  const auto is_known = [&](const auto& known) { return known.first.get() == storage.get(); };
  if (std::ranges::any_of(versions_, is_known)) return;
  versions_.emplace_back(storage, storage->version.load(std::memory_order_relaxed));
  done_.changed.push_back(storage);
}

void Capture::refuse_history(std::string_view operation, const Tensor& x) const {
  check<AutogradError>(is_own(x),
                       "{}: this tensor of shape {} was there before the captured function, and "
                       "would become a part of its graph, which ends with each run; change it "
                       "under NoGrad, by what is detached",
                       operation, x.shape());
}

void Capture::refuse_once(std::string_view operation, const Tensor& x) const {
  check<Error>(is_own(x),
               "{}: this tensor of shape {} was there before the captured function, which would do "
               "this once, and not in each run; do it before",
               operation, x.shape());
}

void Capture::restore_versions() noexcept {
  for (const auto& [storage, version] : versions_) {
    storage->version.store(version, std::memory_order_relaxed);
  }
}

Captured Capture::finish(std::vector<Tensor> results) {
  check_all_defined("capture", "what the function gives", results);
  const Owners* const known = watches_owners_ ? owners.load() : nullptr;
  for (Outsider& outsider : done_.outsiders) {
    outsider.is_owned = known && known->owns(outsider.tensor);
  }
  // The function may have made leaves of them, with graphs and gradients; and views have bases.
  for (Tensor& feed : done_.feeds) feed = make_alias(feed);
  for (LeafState& state : done_.leaves) {
    if (state.now.defined()) state.now = make_alias(state.now);
  }
  for (Tensor& y : results) {
    note("capture", y);
    // Results are the caller's: neither what was there before nor what is fed.
    if (!is_computed(y) || is_feed(y)) y = unrecorded([&] { return y.clone(); });
    done_.results.push_back(make_alias(y));
  }
  return std::move(done_);
}

}  // namespace tapegrad
