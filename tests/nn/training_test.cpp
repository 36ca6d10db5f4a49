#include "support/catch.hpp"
// As a user writes it: one header, nothing else.
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"
namespace tg = tapegrad;

namespace {

struct LogisticRegression : tg::nn::Module {
  tg::nn::Linear linear;
  explicit LogisticRegression(std::int64_t features) : linear(features, 1) {}
  void visit(tg::nn::Visitor& v) override { v("linear", linear); }
  tg::Tensor forward(const tg::Tensor& x) { return linear(x); }
};

}  // namespace

TEST_CASE("a user's training loop separates two classes", "[nn][training]") {
  tg::manual_seed(4);
  const tg::Tensor x = tg::randn({200, 30});
  const tg::Tensor y = (x.select(1, 0) + x.select(1, 7) > 0).to(tg::float32).unsqueeze(1);

  LogisticRegression model(30);
  tg::optim::SGD sgd(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  for (int epoch = 0; epoch < 100; ++epoch) {
    auto loss = tg::nn::binary_cross_entropy_with_logits(model.forward(x), y);
    sgd.zero_grad();
    loss.backward();
    sgd.step();
  }
  const tg::Tensor right = ((model.forward(x) > 0) == (y > 0.5)).to(tg::float32);
  CHECK(tg::mean(right).item<float>() >= 0.98F);  // a constant answer is right for half of them
}
