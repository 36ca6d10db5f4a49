// What a Program holds: for each list of feeds a plan, and frames to run it in.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "program/frame.hpp"
#include "program/plan.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad {

using Signature = std::vector<Meta>;

struct Program::Impl {
  struct Entry {
    Signature signature;
    Plan plan;
    /// Those in which nobody runs now; more than one if threads have run it at a time.
    std::vector<std::unique_ptr<Frame>> idle = {};
    std::size_t frames = 0;
  };
  /// A frame for the time of a run, which others may share the program in if that changes nothing.
  class Run;

  explicit Impl(Function captured) : f(std::move(captured)) {}
  Entry& add_entry(Signature signature);
  /// With the mutex.
  Entry& entry_for(Inputs feeds);

  Function f;
  /// The function that is captured may ask the program what it is.
  std::recursive_mutex mutex;
  /// The one that was used last comes first.
  std::vector<std::unique_ptr<Entry>> entries = {};
};

}  // namespace tapegrad
