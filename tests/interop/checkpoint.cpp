// What tests/interop/checkpoint_test.py reads: a checkpoint of some training.
#include <cstdio>
#include <exception>

#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/random.hpp"

namespace tg = tapegrad;

int main(int count, char** arguments) try {
  if (count != 3) {
    std::fprintf(stderr, "usage: %s FOLDER WEIGHTS\n", arguments[0]);
    return 2;
  }
  tg::nn::Linear model(3, 2);
  tg::optim::Adam adam(model.parameters(), {.lr = 0.01});
  std::int64_t step = 0;
  tg::io::Saver saver(arguments[1], {.metadata = {{"größe", "\"quoted\""}}});
  saver.add("model", model).add("optimizer", adam).add("step", step);
  saver.add("random", tg::default_generator());
  for (; step < 100; ++step) {
    adam.zero_grad();
    tg::nn::mse_loss(model(tg::randn({8, 3})), tg::randn({8, 2})).backward();
    adam.step();
  }
  saver.save(step);
  tg::io::save_safetensors(arguments[2], model.state_dict());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
