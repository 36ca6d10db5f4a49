// What the tests of Saver save: a small model with all that its training depends on.
#pragma once

#include <string>

#include "files.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

struct Model : nn::Module {
  nn::Linear linear;
  explicit Model(std::int64_t features = 2) : linear(features, 1) {}
  void visit(nn::Visitor& v) override { v("linear", linear); }
  Tensor forward(const Tensor& x) { return linear(x); }
};

/// A training run, from a seed.
struct Run {
  Generator random;
  Model model;
  optim::Adam optimizer{model.parameters(), {.lr = 0.1}};
  std::int64_t step = 0;
  double best = 1e9;

  explicit Run(std::uint64_t seed = 1) : random(seed) {
    for (const Tensor& x : model.parameters()) uniform_(x.detach(), -1, 1, random);
  }

  void add_to(io::Saver& saver) {
    saver.add("model", model).add("optimizer", optimizer).add("random", random);
    saver.add("step", step).add("best", best);
  }

  void train(int steps) {
    for (int i = 0; i < steps; ++i) {
      const Tensor x = randn({4, 2}, {}, random);
      const Tensor loss = mean(square(model.forward(x) - sum(x, 1, Keepdim::yes)));
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      best = std::min(best, loss.item<double>());
      ++step;
    }
  }

  /// Everything, as bytes.
  std::string bytes() {
    const Folder folder;
    io::Saver saver(folder.path().string());
    add_to(saver);
    return read_file(saver.save(0));
  }
};

inline io::Saver saver_of(Run& run, const Folder& folder) {
  io::Saver saver(folder.path().string());
  run.add_to(saver);
  return saver;
}

/// Saves a number that is its step.
struct Counter {
  std::int64_t step = 0;
  io::Saver saver;

  explicit Counter(const std::string& folder, const io::SaverOptions& options = {})
      : saver(folder, options) {
    saver.add("step", step);
  }

  void save(std::initializer_list<std::int64_t> steps) {
    for (const std::int64_t each : steps) {
      step = each;
      saver.save(each);
    }
  }
};

}  // namespace tapegrad::test
