// A network of several kinds of layers against PyTorch's, number by number.
#include <cmath>
#include <string>
#include <vector>

#include "lenet_reference.hpp"
#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/pool.hpp"
#include "tapegrad/nn/shape.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

struct LeNet : nn::Module {
  nn::Conv2d conv1{1, 6, 5, {.padding = 2}};
  nn::Conv2d conv2{6, 16, 5};
  nn::BatchNorm2d norm{16};
  nn::MaxPool2d pool{2};
  nn::Flatten flatten;
  nn::Linear fc1{400, 120}, fc2{120, 84}, fc3{84, 10};

  void visit(nn::Visitor& v) override {
    v("conv1", conv1);
    v("conv2", conv2);
    v("norm", norm);
    v("fc1", fc1);
    v("fc2", fc2);
    v("fc3", fc3);
  }
  Tensor forward(const Tensor& x) const {
    const Tensor a = pool(relu(conv1(x)));
    const Tensor b = pool(relu(norm(conv2(a))));
    return fc3(relu(fc2(relu(fc1(flatten(b))))));
  }
};

Tensor numbers(std::int64_t count) { return arange(count).to(float64); }

/// As tools/make_lenet_reference.py makes it.
LeNet network() {
  LeNet net;
  net.to(float64);
  const NoGrad guard;
  std::int64_t k = 0;
  for (Tensor p : net.parameters()) {
    const double row = static_cast<double>(p.numel() / p.size(0));
    p.copy_((sin(numbers(p.numel()) + k++) / std::sqrt(row)).reshape(p.shape()));
  }
  return net;
}

Tensor images() { return sin(numbers(2 * 28 * 28) / 10).reshape({2, 1, 28, 28}); }

// Some thousand roundings of numbers near 1 on the way.
constexpr double tolerance = 1e-11;

}  // namespace

TEST_CASE("LeNet has PyTorch's state_dict", "[nn][lenet]") {
  LeNet net;
  const StateDict state = net.state_dict();
  REQUIRE(state.size() == test::lenet_state.size());
  std::size_t i = 0;
  for (const auto& [name, tensor] : state) {
    CHECK(name == test::lenet_state[i].name);
    CHECK(tensor.shape() == Shape(test::lenet_state[i++].shape));
  }
}

TEST_CASE("LeNet has PyTorch's output, gradients and running moments", "[nn][lenet]") {
  LeNet net = network();
  const Tensor y = net.forward(images());
  const Tensor output = Tensor::from_vector(std::vector<double>(test::lenet_output), {2, 10});
  CHECK(test::difference(y, output, tolerance, tolerance) == "");
  Tensor loss = nn::cross_entropy(y, tensor({3, 8}, {.dtype = int64}));
  CHECK(loss.item<double>() == Approx(test::lenet_loss).epsilon(tolerance));
  loss.backward();
  const auto parameters = net.named_parameters();
  REQUIRE(parameters.size() == test::lenet_gradients.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& [name, wanted] = test::lenet_gradients[i];
    CAPTURE(name);
    CHECK(parameters[i].name == name);
    const Tensor g = parameters[i].tensor.grad().flatten();
    const auto at = [&](std::int64_t k) { return g[k].item<double>(); };
    const double total = sum(g * cos(numbers(g.numel()))).item<double>();
    CHECK(at(0) == Approx(wanted[0]).epsilon(tolerance).margin(tolerance));
    CHECK(at(g.numel() / 2) == Approx(wanted[1]).epsilon(tolerance).margin(tolerance));
    CHECK(at(-1) == Approx(wanted[2]).epsilon(tolerance).margin(tolerance));
    CHECK(total == Approx(wanted[3]).epsilon(tolerance).margin(tolerance));
  }
  const auto same = [](const Tensor& got, const std::vector<double>& wanted) {
    const Tensor expected = Tensor::from_vector(std::vector<double>(wanted));
    CHECK(test::difference(got, expected, tolerance, tolerance) == "");
  };
  same(net.norm.running_mean, test::lenet_running_mean);
  same(net.norm.running_var, test::lenet_running_var);
}
