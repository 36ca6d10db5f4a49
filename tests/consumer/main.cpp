// A program outside the project: it knows tapegrad only as an installed library or a subproject.
#include <cstdint>
#include <cstdio>
#include <iostream>

#include <tapegrad/tapegrad.hpp>

namespace tg = tapegrad;

struct LogisticRegression : tg::nn::Module {
  tg::nn::Linear linear;
  explicit LogisticRegression(std::int64_t features) : linear(features, 1) {}
  void visit(tg::nn::Visitor& v) override { v("linear", linear); }
  tg::Tensor forward(const tg::Tensor& x) { return linear(x); }
};

// The label of a point says whether its first coordinate is positive.
int main() {
  tg::manual_seed(1);
  const tg::Tensor x = tg::randn({200, 30});
  const tg::Tensor y = (x.narrow(1, 0, 1) > 0.0).to(tg::float32);

  LogisticRegression model(30);
  tg::optim::SGD sgd(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  std::cout << model << '\n' << sgd << '\n';
  double first = 0.0;
  double last = 0.0;
  for (int epoch = 0; epoch < 100; ++epoch) {
    auto loss = tg::nn::binary_cross_entropy_with_logits(model.forward(x), y);
    sgd.zero_grad();
    loss.backward();
    sgd.step();
    last = loss.item<float>();
    if (epoch == 0) first = last;
  }
  std::printf("loss %.4f -> %.4f\n", first, last);
  return last < 0.5 * first ? 0 : 1;
}
