// A row for each module of nn: a small model of it, and a loss.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad::test {

/// A module with what it is called with; the loss is a number.
struct Trained {
  std::shared_ptr<nn::Module> module;
  Program::Function loss;
};

struct ModelRow {
  std::string name;
  /// Of what the loss takes; numbers in [0, 4) where they are integers.
  std::vector<Feed> feeds;
  /// Parameters are drawn from default_generator().
  std::function<Trained()> make;
};

std::vector<ModelRow> layer_rows();
std::vector<ModelRow> sequence_rows();
std::vector<ModelRow> loss_rows();
/// Large enough that several threads work on one operation.
std::vector<ModelRow> large_rows();

}  // namespace tapegrad::test
