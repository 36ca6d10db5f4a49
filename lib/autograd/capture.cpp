// Capturing: a function runs on tensors without values, and what it asks for becomes a list.
#include "autograd/capture.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_set>

#include "autograd/anomaly.hpp"
#include "autograd/apply.hpp"
#include "autograd/engine.hpp"
#include "core/check.hpp"
#include "core/naming.hpp"
#include "core/sizes.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad {
namespace {

class Capture {
 public:
  Capture();
  Tensor feed(DType dtype, const Shape& shape);
  std::vector<Tensor> add(const Operation& operation, Inputs inputs);
  void add_write(const Operation& operation, Inputs inputs);
  void add_call(std::string_view name, std::function<void()> call);
  void require(Requirement requirement) { done_.requirements.push_back(std::move(requirement)); }
  /// x, from before or not, is about to be changed.
  void changes(std::string_view operation, const Tensor& x);
  void refuse_history(std::string_view operation, const Tensor& x) const;
  void refuse_once(std::string_view operation, const Tensor& x) const;

  void deliver(const Ptr<Node>& leaf, Tensor g);
  Tensor grad(const Ptr<Node>& leaf);
  void set_grad(const Ptr<Node>& leaf, const Tensor& g);
  void clear(const Ptr<Node>& leaf) { state_of(leaf) = {.leaf = leaf, .cleared = true}; }
  void clear_by_call(const std::vector<Tensor>& leaves, std::function<void()> call);

  std::uint32_t number() const { return done_.number; }
  Captured finish(std::vector<Tensor> results);
  /// The versions of what was there before, which only seemed to change.
  void restore_versions() noexcept;

 private:
  bool is_own(const Tensor& x) const { return impl_of(x).storage->capture == done_.number; }
  bool is_computed(const Tensor& x) const { return is_own(x) && !impl_of(x).storage->data; }
  bool is_feed(const Tensor& x) const;
  bool is_born(const Node& node) const { return node.number >= first_node_; }
  void note(std::string_view operation, const Tensor& x);
  void note_outsider(const Tensor& x);
  LeafState& state_of(const Ptr<Node>& leaf);
  Tensor undivided(const Tensor& g);
  void give(LeafState& state);
  static std::vector<Tensor> aliases(Inputs inputs);

  Captured done_;
  std::uint64_t first_node_ = next_node_number();
  std::unordered_set<const TensorImpl*> met_;
  std::unordered_set<const Storage*> given_;
  std::vector<std::pair<Ptr<Storage>, std::uint32_t>> versions_;
};

/// Of this thread; null outside of one.
constinit thread_local Capture* current = nullptr;

std::uint32_t next_number() {
  static std::atomic<std::uint32_t> last{0};
  const std::uint32_t number = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return number != 0 ? number : next_number();  // 0 is outside of all
}

Capture::Capture() { done_.number = next_number(); }

Tensor without_values(DType dtype, const Shape& shape) {
  const Layout layout(shape);
  const std::size_t bytes = checked_bytes("capture", layout.numel(), dtype);
  return make_tensor(dtype, make_foreign_storage(nullptr, bytes), layout);
}

Tensor Capture::feed(DType dtype, const Shape& shape) {
  done_.feeds.push_back(without_values(dtype, shape));
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
  done_.outsiders.push_back({Tensor::adopt(Ptr<TensorImpl>(root).release()), storage, node});
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
      results.push_back(without_values(meta.dtype, meta.shape));
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

LeafState& Capture::state_of(const Ptr<Node>& leaf) {
  const auto found = std::ranges::find_if(
      done_.leaves, [&](const LeafState& state) { return state.leaf.get() == leaf.get(); });
  if (found != done_.leaves.end()) return *found;
  return done_.leaves.emplace_back(LeafState{.leaf = leaf});
}

/// g where nobody else holds or changes its elements, else a copy.
Tensor Capture::undivided(const Tensor& g) {
  const bool whole =
      is_computed(g) && !is_feed(g) && g.is_contiguous() &&
      impl_of(g).storage->bytes == static_cast<std::size_t>(g.numel()) * size_of(g.dtype());
  const Tensor own = whole && !given_.contains(impl_of(g).storage.get())
                         ? g
                         : unrecorded([&] { return g.clone(); });
  given_.insert(impl_of(own).storage.get());
  return own;
}

/// A step that puts state.now into the leaf, or adds it to what is there.
void Capture::give(LeafState& state) {
  auto gift = std::make_shared<Gift>(state.leaf, make_alias(state.now), state.cleared);
  done_.gifts.push_back(gift);
  add_call("gradient", [gift] { gift->hand_over(); });
  done_.steps.back().inputs = {make_alias(state.now)};
  if (state.cleared) done_.steps.back().replaces = state.leaf;
}

void Capture::deliver(const Ptr<Node>& leaf, Tensor g) {
  auto& node = static_cast<LeafNode&>(*leaf);
  if (is_born(node)) {
    const Tensor before = node.grad();
    return node.set_grad(before.defined() ? unrecorded([&] { return before + g; }) : undivided(g));
  }
  LeafState& state = state_of(leaf);
  const bool adds = state.cleared && state.now.defined();
  state.now = undivided(adds ? unrecorded([&] { return state.now + g; }) : g);
  give(state);
}

Tensor Capture::grad(const Ptr<Node>& leaf) {
  if (is_born(*leaf)) return static_cast<LeafNode&>(*leaf).grad();
  const LeafState& state = state_of(leaf);
  check<AutogradError>(
      state.cleared,
      "grad: the gradient of this leaf of shape {} would have in it what was there "
      "before the captured function; drop that first, with zero_grad(), or ask "
      "for the gradient itself with tg::grad()",
      leaf->shape);
  return state.now;
}

void Capture::set_grad(const Ptr<Node>& leaf, const Tensor& g) {
  if (is_born(*leaf)) return static_cast<LeafNode&>(*leaf).set_grad(g);
  clear(leaf);
  LeafState& state = state_of(leaf);
  if (g.defined()) {
    note("set_grad", g);
    state.now = undivided(g);
    return give(state);
  }
  add_call("zero_grad", [leaf] { static_cast<LeafNode&>(*leaf).set_grad({}); });
  done_.steps.back().clears = {leaf};
}

void Capture::clear_by_call(const std::vector<Tensor>& leaves, std::function<void()> call) {
  add_call("zero_grad", std::move(call));
  for (const Tensor& x : leaves) {
    const Ptr<Node>& node = x.impl()->node;
    if (!node || !node->is_leaf()) continue;
    clear(node);
    done_.steps.back().clears.push_back(node);
  }
}

Captured Capture::finish(std::vector<Tensor> results) {
  check_all_defined("capture", "what the function gives", results);
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

/// The function must not have kept what it made: a run would not give it new values.
void check_nothing_kept(const Captured& done) {
  std::unordered_set<const TensorImpl*> seen;
  std::unordered_map<const Storage*, std::uint32_t> ours;
  const auto count = [&](const Tensor& x) {
    if (x.defined() && seen.insert(x.impl()).second) ++ours[x.impl()->storage.get()];
  };
  for (const Tensor& x : done.feeds) count(x);
  for (const Tensor& x : done.results) count(x);
  for (const LeafState& state : done.leaves) count(state.now);
  for (const auto& gift : done.gifts) count(gift->tensor);
  for (const Step& step : done.steps) {
    for (const Tensor& x : step.inputs) count(x);
    for (const Tensor& x : step.outputs) count(x);
  }
  const auto check_one = [&](std::string_view what, const Tensor& x) {
    const Storage& storage = *x.impl()->storage;
    check<Error>(storage.capture != done.number || storage.references == ours[&storage],
                 "capture: the function keeps {} of shape {} outside of it, which a run would not "
                 "give new values; give it back from the function, or copy_() it into a tensor "
                 "that was there before",
                 what, x.shape());
  };
  for (const Step& step : done.steps) {
    if (step.operation) check_one(fmt::format("a result of {},", step.name), step.outputs[0]);
  }
  for (const Tensor& x : done.feeds) check_one("what it is fed with,", x);
}

/// Another capture of this thread until the end of the scope.
class Capturing {
 public:
  explicit Capturing(Capture& capture, std::uint32_t number)
      : before_(std::exchange(current, &capture)),
        number_before_(std::exchange(current_capture, number)),
        mode_(Mode::record | Mode::capture) {}
  Capturing(const Capturing&) = delete;
  Capturing& operator=(const Capturing&) = delete;
  ~Capturing() {
    current->restore_versions();
    current = before_;
    current_capture = number_before_;
  }

 private:
  Capture* before_;
  std::uint32_t number_before_;
  ModeGuard mode_;
};

}  // namespace

constinit thread_local std::string_view captured_derivative;

void Gift::hand_over() {
  auto& node = static_cast<LeafNode&>(*leaf);
  if (replaces) {
    const std::lock_guard guard(node.lock);
    if (node.collected.is_same(tensor)) return node.count_received();
  }
  if (!replaces && node.grad().defined()) return add_to_leaf(node, tensor);
  node.set_grad(tensor);
}

bool Gift::is_in_leaf() const { return static_cast<LeafNode&>(*leaf).grad().is_same(tensor); }

Captured capture_steps(const CapturedFunction& f,
                       const std::vector<std::pair<DType, Shape>>& feeds) {
  check<Error>(static_cast<bool>(f), "capture: the function is empty");
  check<Error>(!is_anomaly_enabled(),
               "capture: anomaly mode looks at values, and there are none yet; run the function "
               "itself in it");
  return with_room("capture", [&] {
    Capture capture;
    const Capturing guard(capture, capture.number());
    std::vector<Tensor> x;
    for (const auto& [dtype, shape] : feeds) x.push_back(capture.feed(dtype, shape));
    Captured done = capture.finish(f(x));
    x.clear();
    check_nothing_kept(done);
    return done;
  });
}

std::vector<Tensor> captured(const Operation& operation, Inputs inputs) {
  return current->add(operation, inputs);
}

void captured_write(const Operation& operation, Inputs inputs) {
  current->add_write(operation, inputs);
}

void captured_change(std::string_view operation, const Tensor& x) {
  current->changes(operation, x);
}

void refuse_captured_history(std::string_view operation, const Tensor& x) {
  current->refuse_history(operation, x);
}

void refuse_captured_once(std::string_view operation, const Tensor& x) {
  if (is_captured()) current->refuse_once(operation, x);
}

void captured_gradient(const Ptr<Node>& leaf, Tensor g) { current->deliver(leaf, std::move(g)); }
Tensor captured_grad(const Ptr<Node>& leaf) { return current->grad(leaf); }
void captured_set_grad(const Ptr<Node>& leaf, const Tensor& g) { current->set_grad(leaf, g); }

bool capturing() { return is_captured(); }

bool detail::called_in_runs(std::string_view name, const std::vector<Tensor>& changed,
                            std::function<void()> again) {
  if (!is_captured()) return false;
  for (const Tensor& x : changed) {
    current->changes(name, x);
    x.impl()->storage->bump();
  }
  current->add_call(name, std::move(again));
  return true;
}

bool detail::cleared_in_runs(const std::vector<Tensor>& leaves, std::function<void()> again) {
  if (!is_captured()) return false;
  current->clear_by_call(leaves, std::move(again));
  return true;
}

void detail::required_in_runs(std::function<bool()> holds, std::string message) {
  if (is_captured()) current->require({std::move(holds), std::move(message)});
}

}  // namespace tapegrad
