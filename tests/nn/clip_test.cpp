#include "tapegrad/nn/clip.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// Parameters of two types and shapes, and one without a gradient.
std::vector<Tensor> parameters(DType second = float64) {
  std::vector<Tensor> all{zeros({2, 2}, {.dtype = float64, .requires_grad = true}),
                          zeros({3}, {.dtype = float64, .requires_grad = true}),
                          zeros({3}, {.dtype = second, .requires_grad = true})};
  all[0].set_grad(Tensor::from_vector<double>({3, -4, 0, 12}, {2, 2}));
  all[2].set_grad(Tensor::from_vector<double>({-84, 0, 5}).to(second));
  return all;
}

const std::vector<double> elements{3, -4, 0, 12, -84, 0, 5};

std::vector<double> gradients(const std::vector<Tensor>& all) {
  std::vector<double> values = all[0].grad().to_vector<double>();
  for (const double v : all[2].grad().to_vector<double>()) values.push_back(v);
  return values;
}

double naive_norm(double p) {
  double sum = 0, most = 0, least = inf;
  for (const double x : elements) {
    if (p == 0) sum += x != 0 ? 1 : 0;
    if (p != 0 && std::isfinite(p)) sum += std::pow(std::abs(x), p);
    most = std::max(most, std::abs(x));
    least = std::min(least, std::abs(x));
  }
  if (p == inf) return most;
  if (p == -inf) return least;
  return p == 0 ? sum : std::pow(sum, 1 / p);
}

}  // namespace

TEST_CASE("gradients are scaled to a norm of all of them", "[nn][clip]") {
  for (const double p : {2.0, 1.0, 3.0, 0.5, inf, 0.0}) {
    for (const DType second : {float64, float32}) {
      INFO("p = " << p);
      const std::vector<Tensor> all = parameters(second);
      const Tensor total = nn::clip_grad_norm_(all, 2.5, {.norm_type = p});
      CHECK(total.shape() == Shape{});
      CHECK(total.item<double>() ==
            Approx(naive_norm(p)).epsilon(second == float64 ? 1e-14 : 1e-6));
      const double part = 2.5 / (naive_norm(p) + 1e-6);
      for (std::size_t i = 0; i < elements.size(); ++i) {
        CHECK(gradients(all)[i] == Approx(elements[i] * std::min(part, 1.0)).epsilon(1e-6));
      }
      CHECK_FALSE(all[1].grad().defined());
    }
  }
}

TEST_CASE("gradients below the norm stay to the bit", "[nn][clip]") {
  const std::vector<Tensor> all = parameters();
  CHECK(nn::clip_grad_norm_(all, 1000).item<double>() == Approx(naive_norm(2)).epsilon(1e-15));
  CHECK(gradients(all) == elements);
  nn::clip_grad_norm_(all, inf);
  CHECK(gradients(all) == elements);
  CHECK(nn::clip_grad_norm_({zeros({2}, {.requires_grad = true})}, 1).item<double>() == 0);
  CHECK(nn::clip_grad_norm_({}, 1).item<double>() == 0);
}

TEST_CASE("handles of gradients see the clipping, broadcast gradients are copied", "[nn][clip]") {
  const Tensor x = zeros({2, 3}, {.requires_grad = true});
  Tensor leaf = x;
  leaf.set_grad(ones({2, 3}) * 2);
  const Tensor handle = x.grad();
  nn::clip_grad_norm_({x}, 1, {.norm_type = inf});
  CHECK(handle.to_vector<float>() == std::vector<float>(6, 2 * (1 / (2 + 1e-6f))));
  const Tensor one = full({1}, 3.0f);
  leaf.set_grad(one.expand({2, 3}));
  nn::clip_grad_value_({x}, 1);
  CHECK(x.grad().to_vector<float>() == std::vector<float>(6, 1));
  CHECK(one.item<float>() == 3);
}

TEST_CASE("a norm that isn't finite is refused where asked for", "[nn][clip]") {
  for (const double wrong : {inf, std::nan("")}) {
    std::vector<Tensor> all = parameters();
    all[2].set_grad(full({3}, wrong, {.dtype = float64}));
    CHECK_THROWS_WITH(nn::clip_grad_norm_(all, 1, {.error_if_nonfinite = true}),
                      Catch::Contains("clip_grad_norm_: the norm of the 2 gradients is"));
    CHECK(all[0].grad().to_vector<double>() == std::vector<double>{3, -4, 0, 12});
    CHECK_FALSE(std::isfinite(nn::clip_grad_norm_(all, 1).item<double>()));
    CHECK(all[0].grad().to_vector<double>() != std::vector<double>{3, -4, 0, 12});
  }
  CHECK_THROWS_AS(nn::clip_grad_norm_({}, -1), Error);
  CHECK_THROWS_AS(nn::clip_grad_norm_({}, std::nan("")), Error);
  CHECK_THROWS_AS(nn::clip_grad_norm_({}, 1, {.norm_type = std::nan("")}), Error);
  CHECK_THROWS_AS(nn::clip_grad_value_({}, -1), Error);
}

TEST_CASE("elements of gradients are clamped", "[nn][clip]") {
  const std::vector<Tensor> all = parameters(float32);
  nn::clip_grad_value_(all, 4.5);
  CHECK(gradients(all) == std::vector<double>{3, -4, 0, 4.5, -4.5, 0, 4.5});
}

TEST_CASE("a captured function clips as it does by itself", "[nn][clip][program]") {
  const auto trained = [](bool captured) {
    const Tensor w = Tensor::from_vector<float>({1, -2, 3}).requires_grad_();
    optim::SGD sgd({w}, {.lr = 0.1, .momentum = 0.5});
    const auto step = [&](const Tensor& x) {
      sgd.zero_grad();
      (square(w * x)).sum().backward();
      const Tensor total = nn::clip_grad_norm_({w}, 1);
      nn::clip_grad_value_({w}, 0.7);
      sgd.step();
      return total;
    };
    const Tensor x = Tensor::from_vector<float>({2, 1, 3});
    std::vector<float> values;
    if (captured) {
      const Program program = capture(step, {{3}});
      for (int i = 0; i < 4; ++i) values.push_back(program(x).item<float>());
    } else {
      for (int i = 0; i < 4; ++i) values.push_back(step(x).item<float>());
    }
    for (const float v : w.to_vector<float>()) values.push_back(v);
    return values;
  };
  CHECK(trained(true) == trained(false));
}

TEST_CASE("parameters are a vector and come back from one", "[nn][clip]") {
  nn::Linear model(3, 2);
  const Tensor vector = nn::parameters_to_vector(model.parameters());
  CHECK(vector.shape() == Shape{8});
  square(vector).sum().backward();  // it is on the tape
  CHECK(model.weight.grad().to_vector<float>() == (model.weight * 2).to_vector<float>());
  const Tensor handle = model.weight;
  nn::vector_to_parameters(arange(8).to(float32), model.parameters());
  CHECK(handle.to_vector<float>() == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(model.bias.to_vector<float>() == std::vector<float>{6, 7});
  CHECK(model.weight.is_leaf());
  CHECK_THROWS_WITH(nn::vector_to_parameters(zeros({7}), model.parameters()),
                    "vector_to_parameters: the vector has shape [7], the 2 parameters have 8 "
                    "elements");
  CHECK_THROWS_AS(nn::vector_to_parameters(zeros({8, 1}), model.parameters()), ShapeError);
  CHECK_THROWS_AS(nn::parameters_to_vector({}), ShapeError);
}
