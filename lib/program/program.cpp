// Program: a plan for each list of feeds, and who may run it.
#include <algorithm>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/naming.hpp"
#include "core/unknown.hpp"
#include "program/program_impl.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad {
namespace {

bool fits(const Signature& signature, Inputs feeds) {
  return std::ranges::equal(signature, feeds, [](const Meta& expected, const Tensor* x) {
    const TensorImpl& impl = *x->impl();
    return expected.dtype == impl.dtype && expected.shape == impl.layout.shape();
  });
}

/// The only result, or none.
Tensor only(const std::vector<Tensor>& results) {
  if (results.size() > 1) [[unlikely]] {
    fail<Error>("program: the function gives {} tensors; write run({{...}}), which gives all",
                results.size());
  }
  return results.empty() ? Tensor() : results[0];
}

}  // namespace

Program::Impl::Entry& Program::Impl::add_entry(Signature signature) {
  Captured captured = capture_steps(f, signature);
  std::unique_ptr<Entry> entry(new Entry{std::move(signature), Plan(std::move(captured))});
  return **entries.insert(entries.begin(), std::move(entry));
}

Program::Impl::Entry& Program::Impl::entry_for(Inputs feeds) {
  const auto found = std::ranges::find_if(entries, [&](const auto& entry) {
    return fits(entry->signature, feeds) && entry->plan.fits_mode(recording());
  });
  if (found != entries.end()) {
    if (found != entries.begin()) std::rotate(entries.begin(), found, found + 1);
    return *entries.front();
  }
  Signature signature;
  for (const Tensor* x : feeds) signature.push_back({x->dtype(), x->shape()});
  return add_entry(std::move(signature));
}

class Program::Impl::Run {
 public:
  Run(Impl& program, Inputs feeds)
      : lock_(program.mutex), entry_(program.entry_for(feeds)), feeds_(feeds) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    if (!frame_) return;
    if (!lock_) lock_.lock();
    entry_.idle.push_back(std::move(frame_));  // there is room
  }

  const Captured& captured() const { return entry_.plan.captured(); }
  const std::vector<Tensor>& results() {
    check<Error>(!is_traced() || !is_anomaly_enabled(),
                 "program: anomaly mode looks at what each operation gives, and a run would pass "
                 "over it, with {} feeds; call the function itself in it",
                 feeds_.size());
    take_frame();
    if (entry_.plan.changes_nothing()) lock_.unlock();
    entry_.plan.check_world();
    frame_->run(feeds_);
    return frame_->results();
  }

 private:
  void take_frame() {
    if (entry_.idle.empty()) {
      entry_.idle.reserve(entry_.frames + 1);
      frame_ = std::make_unique<Frame>(entry_.plan);
      ++entry_.frames;
    } else {
      frame_ = std::move(entry_.idle.back());
      entry_.idle.pop_back();
    }
  }

  std::unique_lock<std::recursive_mutex> lock_;
  Entry& entry_;
  Inputs feeds_;
  std::unique_ptr<Frame> frame_;
};

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
    impl_->add_entry(std::move(signature));
  });
}

std::vector<Tensor> Program::run(const std::vector<Tensor>& feeds) const {
  check_defined("program", feeds);
  const bool in_graph = graphs_here > 0 && std::ranges::any_of(feeds, is_symbolic);
  if (is_captured() || in_graph) return impl_->f(feeds);
  const std::vector<const Tensor*> pointers = pointers_to(feeds);
  Impl::Run run(*impl_, pointers);
  return run.results();
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
  Impl::Run run(*impl_, feeds);
  if (run.captured().results.size() > 1) only(run.captured().results);  // refused before it runs
  return only(run.results());
}

ProgramStats Program::stats() const {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->entries.empty()) return {};
  const Plan& plan = impl_->entries.front()->plan;
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
