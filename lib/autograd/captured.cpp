// Running a function to capture it, and what others tell of it meanwhile.
#include "autograd/captured.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <unordered_map>

#include "autograd/apply.hpp"
#include "autograd/capturing.hpp"
#include "autograd/graph_impl.hpp"
#include "autograd/mode.hpp"
#include "core/check.hpp"
#include "core/naming.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad {
namespace {

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
  for (const Step& step : done.steps) {
    for (const Tensor& x : step.inputs) count(x);
    for (const Tensor& x : step.outputs) count(x);
    if (step.gift) count(step.gift->tensor);
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
    for (const Tensor& y : step.outputs) check_one(fmt::format("a result of {},", step.name), y);
  }
  for (const Tensor& x : done.feeds) check_one("what it is fed with,", x);
}

/// Another capture of this thread until the end of the scope.
class Capturing {
 public:
  Capturing(Capture& capture, Mode recorded)
      : before_(std::exchange(current_program, &capture)),
        number_before_(std::exchange(current_capture, capture.number())),
        mode_(recorded | Mode::capture) {}
  Capturing(const Capturing&) = delete;
  Capturing& operator=(const Capturing&) = delete;
  ~Capturing() {
    current_program->restore_versions();
    current_program = before_;
    current_capture = number_before_;
  }

 private:
  Capture* before_;
  std::uint32_t number_before_;
  ModeGuard mode_;
};

}  // namespace

constinit thread_local std::string_view captured_derivative;

Captured capture_steps(const Program::Function& f, const std::vector<Meta>& feeds) {
  check<Error>(static_cast<bool>(f), "capture: the function is empty");
  check<Error>(!is_anomaly_enabled(),
               "capture: anomaly mode looks at values, and there are none yet, of {} feeds or what "
               "is made of them; run the function itself in it",
               feeds.size());
  return with_room("capture", [&] {
    Capture capture;
    const Capturing guard(capture, mode & Mode::record);
    std::vector<Tensor> x;
    for (const Meta& feed : feeds) x.push_back(capture.feed(feed.dtype, Layout(feed.shape)));
    Captured done = capture.finish(f(x));
    x.clear();
    check_nothing_kept(done);
    return done;
  });
}

TensorList inferred(const Operation& operation, Inputs inputs) {
  Capture capture;
  const Capturing guard(capture, Mode::record);
  TensorList x;
  for (const Tensor* input : inputs) {
    x.push_back(is_symbolic(*input) ? capture.feed(input->dtype(), impl_of(*input).layout)
                                    : *input);
  }
  return captured_and_recorded(operation, pointers_to(x));
}

std::vector<Tensor> captured(const Operation& operation, Inputs inputs) {
  return current_program->add(operation, inputs);
}

std::vector<Tensor> captured_and_recorded(const Operation& operation, Inputs inputs) {
  std::vector<Tensor> outs;
  if (operation.is_function()) {
    outs = {unrecorded([&] { return operation.forward(inputs); })};
  } else {
    outs = captured(operation, inputs);
  }
  const auto is_tracked = [](const Tensor* x) { return tracked(*x); };
  if (recording() && std::ranges::any_of(inputs, is_tracked)) operation.record(inputs, outs);
  return outs;
}

void captured_write(const Operation& operation, Inputs inputs) {
  current_program->add_write(operation, inputs);
}

void captured_change(std::string_view operation, const Tensor& x) {
  current_program->changes(operation, x);
}

void refuse_captured_history(std::string_view operation, const Tensor& x) {
  current_program->refuse_history(operation, x);
}

void refuse_captured_once(std::string_view operation, const Tensor& x) {
  if (is_captured()) current_program->refuse_once(operation, x);
}

void check_readable(std::string_view operation, const Tensor& x) {
  check_has_values(operation, x);
  const Storage& storage = *x.impl()->storage;
  check<Error>(current_capture == 0 || storage.capture == current_capture,
               "{}: this tensor of shape {} was there before the captured function: a run would go "
               "on with the values that it has now; use the tensor itself, or read it outside",
               operation, x.shape());
}

void refuse_changed_later(std::string_view operation, const Tensor& x) {
  check_has_values(operation, x);
  const Storage& storage = *x.impl()->storage;
  if (!is_captured() || storage.capture == current_capture) return;
  const auto version = [x] { return x.impl()->storage->version.load(std::memory_order_relaxed); };
  detail::required_in_runs([version, before = version()] { return version() == before; },
                           fmt::format("{}: a tensor of shape {} was changed, whose values were "
                                       "read when the program was captured",
                                       operation, x.shape()));
}

bool capturing() { return is_captured(); }

void detail::ask_owners(bool (*owns)(const Tensor&), const std::atomic<std::uint64_t>& changes) {
  static const Owners those{owns, &changes};
  owners = &those;
}

bool detail::called_in_runs(std::string_view name, const std::vector<Tensor>& changed,
                            std::function<void()> again) {
  if (!is_captured()) return false;
  for (const Tensor& x : changed) {
    current_program->changes(name, x);
    x.impl()->storage->bump();
  }
  current_program->add_call(name, std::move(again));
  return true;
}

bool detail::cleared_in_runs(const std::vector<Tensor>& leaves, std::function<void()> again) {
  if (!is_captured()) return false;
  current_program->clear_by_call(leaves, std::move(again));
  return true;
}

void detail::required_in_runs(std::function<bool()> holds, std::string message) {
  if (is_captured()) current_program->require({std::move(holds), std::move(message)});
}

}  // namespace tapegrad
