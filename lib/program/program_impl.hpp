// What a Program holds: a plan for each list of feeds.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "program/plan.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad {

using Signature = std::vector<Meta>;

struct Program::Impl {
  struct Entry {
    Signature signature;
    std::unique_ptr<Plan> plan;
  };

  explicit Impl(Function captured) : f(std::move(captured)) {}
  Plan& add_plan(Signature signature);
  Plan& plan_for(Inputs feeds);
  /// With the mutex: the plan for these feeds, whose results are then those of the run.
  const Plan& run(Inputs feeds);

  Function f;
  std::mutex mutex;
  /// The one that was used last comes first.
  std::vector<Entry> entries = {};
};

}  // namespace tapegrad
