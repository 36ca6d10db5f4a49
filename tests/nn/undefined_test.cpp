// Layers and initialisations refuse an undefined tensor in the name of what computes or fills.
#include "support/undefined_rows.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("layers refuse an undefined input", "[nn][undefined]") {
  const Tensor none;
  test::check_undefined({
      {"linear", 1, [&] { nn::Linear(2, 2).forward(none); }},
      {"relu", 1, [&] { nn::ReLU().forward(none); }},
      {"sigmoid", 1, [&] { nn::Sigmoid().forward(none); }},
      {"tanh", 1, [&] { nn::Tanh().forward(none); }},
      {"dropout", 1, [&] { nn::dropout(none); }},
      {"dropout", 1, [&] { nn::Dropout(0.5).forward(none); }},
  });
}

TEST_CASE("initialisations refuse an undefined tensor", "[nn][undefined]") {
  namespace init = nn::init;
  const Tensor none;
  test::check_undefined({
      {"init::uniform_", 1, [&] { init::uniform_(none); }},
      {"init::normal_", 1, [&] { init::normal_(none); }},
      {"init::constant_", 1, [&] { init::constant_(none, 1); }},
      {"init::zeros_", 1, [&] { init::zeros_(none); }},
      {"init::ones_", 1, [&] { init::ones_(none); }},
      {"init::calculate_fans", 1, [&] { init::calculate_fans(none); }},
      {"init::xavier_uniform_", 1, [&] { init::xavier_uniform_(none); }},
      {"init::xavier_normal_", 1, [&] { init::xavier_normal_(none); }},
      {"init::kaiming_uniform_", 1, [&] { init::kaiming_uniform_(none); }},
      {"init::kaiming_normal_", 1, [&] { init::kaiming_normal_(none); }},
  });
}
