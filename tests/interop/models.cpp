// What tests/interop/torch_test.py has the modules do: compute with weights that torch trained, or
// train weights for torch.
#include <cstdio>
#include <exception>
#include <string>

#include "tapegrad/autograd.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;

namespace {

tg::nn::Sequential make_model(tg::DType dtype) {
  tg::nn::Sequential model(tg::nn::Linear(5, 8), tg::nn::ReLU(), tg::nn::Dropout(0.5),
                           tg::nn::Linear(8, 6), tg::nn::Tanh(), tg::nn::Linear(6, 2));
  model.to(dtype);
  return model;
}

/// What the model gives for the inputs, once every weight has come by its name.
void forward(const std::string& weights, const std::string& inputs, const std::string& result) {
  const tg::Tensor x = tg::io::load_safetensors(inputs).tensors["x"];
  tg::nn::Sequential model = make_model(x.dtype());
  const auto loaded = model.load_state_dict(tg::io::load_safetensors(weights).tensors);
  if (!loaded.complete()) throw tg::Error("names differ from torch's");
  model.eval();
  const tg::NoGrad no_grad;
  tg::io::save_safetensors(result, {{"y", model(x)}});
}

/// Weights after some steps, inputs, and what the model gives for them.
void train(tg::DType dtype, const std::string& weights, const std::string& result) {
  tg::manual_seed(1);
  tg::nn::Sequential model = make_model(dtype);
  const tg::Tensor x = tg::randn({64, 5}, {.dtype = dtype});
  const tg::Tensor y = tg::tanh(x.narrow(1, 0, 2));
  tg::optim::Adam adam(model.parameters(), {.lr = 0.01});
  for (int step = 0; step < 100; ++step) {
    const tg::Tensor loss = tg::nn::mse_loss(model(x), y);
    adam.zero_grad();
    loss.backward();
    adam.step();
  }
  tg::io::save_safetensors(weights, model.state_dict());
  model.eval();
  const tg::NoGrad no_grad;
  tg::io::save_safetensors(result, {{"x", x}, {"y", model(x)}});
}

}  // namespace

int main(int count, char** arguments) try {
  const std::string verb = count > 1 ? arguments[1] : "";
  if (verb == "forward" && count == 5) {
    forward(arguments[2], arguments[3], arguments[4]);
  } else if (verb == "train" && count == 5) {
    const bool wide = std::string(arguments[2]) == "float64";
    train(wide ? tg::float64 : tg::float32, arguments[3], arguments[4]);
  } else {
    std::fprintf(stderr, "usage: %s forward WEIGHTS INPUTS RESULT | train DTYPE WEIGHTS RESULT\n",
                 arguments[0]);
    return 2;
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
