// Two products that read one matrix, and the steps between them, as one operation.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "program/fused_steps.hpp"
#include "program/pieces.hpp"

namespace tapegrad {

/// Inputs: those of the first product, then of the group between both. Results: what the first
/// product gives, what the steps between give, the column that they make, what the second product
/// gives.
class ReadOnce final : public FusedSteps {
 public:
  static constexpr std::size_t matrix = 0, weight = 1, bias = 2, products = 3;

  ReadOnce(std::string names, Group group)
      : FusedSteps(std::move(names)), pool_(std::move(group)) {}
  void into(Outputs outs, Inputs inputs) const override;

 private:
  template <class T>
  void run(Outputs outs, Inputs of_product, Inputs of_group) const;

  const PiecesPool pool_;
};

}  // namespace tapegrad
