#include "tapegrad/nn/activation.hpp"
#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("activations as layers do what their functions do", "[nn][activation]") {
  const Tensor x = test::spread({3, 4}, -3, 3);
  const auto same = [](const Tensor& a, const Tensor& b) {
    CHECK(test::difference(a, b, 0, 0) == "");
  };
  same(nn::ReLU()(x), relu(x));
  same(nn::ReLU6()(x), relu6(x));
  same(nn::Sigmoid()(x), sigmoid(x));
  same(nn::Tanh()(x), tanh(x));
  same(nn::LogSigmoid()(x), logsigmoid(x));
  same(nn::Softsign()(x), softsign(x));
  same(nn::Tanhshrink()(x), tanhshrink(x));
  same(nn::SiLU()(x), silu(x));
  same(nn::Mish()(x), mish(x));
  same(nn::SELU()(x), selu(x));
  same(nn::Hardswish()(x), hardswish(x));
  same(nn::Hardsigmoid()(x), hardsigmoid(x));
  same(nn::ELU(2)(x), elu(x, 2));
  same(nn::CELU(2)(x), celu(x, 2));
  same(nn::LeakyReLU(0.2)(x), leaky_relu(x, 0.2));
  same(nn::Softshrink(0.7)(x), softshrink(x, 0.7));
  same(nn::Hardshrink(0.7)(x), hardshrink(x, 0.7));
  same(nn::GLU(0)(x.slice(0, 0, 2)), glu(x.slice(0, 0, 2), 0));
  same(nn::Softmax(1)(x), softmax(x, 1));
  same(nn::LogSoftmax(0)(x), log_softmax(x, 0));
  same(nn::Softplus(2)(x), softplus(x, 2));
  same(nn::GELU("tanh")(x), gelu(x, "tanh"));
  same(nn::Hardtanh(-2, 1)(x), hardtanh(x, -2, 1));
  same(nn::Threshold(0.1, 20)(x), threshold(x, 0.1, 20));
  const nn::PReLU prelu_layer(4, 0.3, {.dtype = float64});
  same(prelu_layer(x), prelu(x, full({4}, 0.3, {.dtype = float64})));
}

TEST_CASE("activations print as PyTorch's do", "[nn][activation]") {
  CHECK(to_string(nn::SiLU()) == "SiLU()");
  CHECK(to_string(nn::ELU()) == "ELU(alpha=1.0)");
  CHECK(to_string(nn::LeakyReLU()) == "LeakyReLU(negative_slope=0.01)");
  CHECK(to_string(nn::GLU()) == "GLU(dim=-1)");
  CHECK(to_string(nn::Softmax(1)) == "Softmax(dim=1)");
  CHECK(to_string(nn::GELU()) == "GELU(approximate='none')");
  CHECK(to_string(nn::PReLU()) == "PReLU(num_parameters=1)");
  CHECK(to_string(nn::Hardtanh()) == "Hardtanh(min_val=-1.0, max_val=1.0)");
}
