// A training run that may be killed at any moment: it goes on from its newest checkpoint and
// reports on standard output what it has saved.
//   trainer FOLDER OUT STEPS KEEP    checkpoints in FOLDER, the final weights in OUT
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"
namespace tg = tapegrad;

namespace {

constexpr std::int64_t features = 48;
constexpr std::int64_t hidden = 1024;
constexpr std::int64_t outputs = 96;
constexpr std::int64_t steps_per_save = 2;

struct Network : tg::nn::Module {
  tg::nn::Linear first{features, hidden};
  tg::nn::Dropout dropout{0.3};
  tg::nn::Linear last{hidden, outputs};
  void visit(tg::nn::Visitor& v) override {
    v("first", first), v("dropout", dropout), v("last", last);
  }
  tg::Tensor forward(const tg::Tensor& x) { return last(dropout(relu(first(x)))); }
};

/// In one write, so that whoever reads the pipe never sees half a line.
void report(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) std::exit(3);
}

/// Everything that the end depends on is saved: weights, momenta, both generators, the rate.
struct Run {
  Network network;
  tg::optim::Adam adam{network.parameters(), {.lr = 0.01}};
  tg::Generator batches{17};
  std::int64_t step = 0;
  double average = 0;
  tg::io::Saver saver;

  Run(const std::string& folder, std::int64_t keep) : saver(folder, {.max_to_keep = keep}) {
    saver.add("network", network).add("adam", adam).add("batches", batches);
    saver.add("dropout", tg::default_generator()).add("step", step).add("average", average);
  }

  void train_one_step() {
    const tg::Tensor x = tg::randn({8, features}, {}, batches);
    const tg::Tensor y = tg::randn({8, outputs}, {}, batches);
    const tg::Tensor loss = mean(square(network.forward(x) - y));
    adam.zero_grad();
    loss.backward();
    adam.step();
    average = 0.9 * average + 0.1 * loss.item<double>();
    adam.set_lr(0.01 / (1 + 0.01 * average * static_cast<double>(++step)));
  }
};

}  // namespace

int main(int count, char** words) {
  if (count != 5) return 2;
  try {
    Run run(words[1], std::stoll(words[4]));
    const auto restored = run.saver.restore_latest();
    report("resumed " + std::to_string(run.step));
    for (std::size_t i = 0; restored && i < restored->passed_over.size(); ++i) {
      report("passed over");
    }
    while (run.step < std::stoll(words[3])) {
      run.train_one_step();
      if (run.step % steps_per_save != 0) continue;
      report("saving " + std::to_string(run.step));
      run.saver.save(run.step);
      report("saved " + std::to_string(run.step));
    }
    tg::io::save_safetensors(words[2], run.network.state_dict());
    report("done");
  } catch (const tg::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
