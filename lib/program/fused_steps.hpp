// Several steps as one operation, which says nothing but their names, and runs.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "autograd/operation.hpp"
#include "core/check.hpp"

namespace tapegrad {

class FusedSteps : public Operation {
 public:
  explicit FusedSteps(std::string names) : Operation({.computes = true}), of_(std::move(names)) {}
  std::unique_ptr<const Operation> copy() const override { fail<Error>("fused: has no copy"); }
  std::string_view name() const override { return "fused"; }
  void attributes(AttributeList& list) const override { list("of", std::string_view(of_)); }
  std::vector<Meta> results(Inputs) const override { fail<Error>("fused: has no results()"); }
  std::vector<Layout> layouts(const Layout&) const override { return {}; }
  Tensor forward(Inputs) const override { fail<Error>("fused: has no forward()"); }
  void record(Inputs, Outputs) const override {}

 private:
  const std::string of_;
};

}  // namespace tapegrad
