// A loss by a module's parameters against numeric slopes.
#include "tapegrad/nn/gradcheck.hpp"

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::spread;

namespace {

struct Net : nn::Module {
  nn::Linear hidden{3, 4, {.dtype = float64}};
  nn::Linear out{4, 1, {.dtype = float64}};
  nn::Dropout drop{0.5};
  nn::Buffer calls{zeros({}, {.dtype = float64})};
  void visit(nn::Visitor& v) override {
    v("hidden", hidden);
    v("out", out);
    v("drop", drop);
    v("calls", calls);
  }
  Tensor forward(const Tensor& x) {
    calls.add_(full({}, 1.0, {.dtype = float64}));
    return out(drop(tanh(hidden(x))));
  }
};

const Tensor batch = spread({5, 3}, -1, 1);
const Tensor target = spread({5, 1}, -1, 1, 7);

Tensor loss_of(Net& net) { return nn::mse_loss(net.forward(batch), target); }

}  // namespace

TEST_CASE("a module's parameters are checked, with dropout and buffers", "[nn][gradcheck]") {
  manual_seed(1);
  Net net;
  const nn::Module& module = net;
  const StateDict before = module.state_dict().clone();
  const Generator random = default_generator();
  const gradtest::Report report = nn::gradcheck(net, [&] { return loss_of(net); }, {.order = 2});
  INFO(report.text());
  CHECK(report);
  CHECK(report.cells > 21);
  for (const auto& [name, x] : module.state_dict()) {
    CHECK(test::difference(x, before[name], 0, 0) == "");
  }
  CHECK(test::difference(random.get_state(), default_generator().get_state(), 0, 0) == "");
}

TEST_CASE("wrong derivatives have the parameters' names", "[nn][gradcheck]") {
  manual_seed(1);
  Net net;
  const gradtest::Report report = nn::gradcheck(net, [&] {
    const Tensor w = net.hidden.weight;
    return loss_of(net) + square(w[0][2]) - square(w[0][2]).detach() * 2;
  });
  INFO(report.text());
  CHECK(report.wrong == 1);
  CHECK(contains(report.text(), "/ d hidden.weight[0, 2] = "));
  CHECK_FALSE(contains(report.text(), "input 0"));
}

TEST_CASE("a wrong element among thousands is found by its name", "[nn][gradcheck]") {
  manual_seed(1);
  nn::Linear big(60, 50, {.dtype = float64});
  const Tensor x = spread({2, 60}, -1, 1);
  const gradtest::Report report = nn::gradcheck(big, [&] {
    const Tensor w = big.weight;
    return sum(square(big(x))) + 0.5 * (w - w.detach())[{17, 31}];
  });
  INFO(report.text());
  CHECK_FALSE(report);
  CHECK(contains(report.text(), "/ d weight[17, 31] = "));
  CHECK(report.evaluations < 2500);
}

TEST_CASE("frozen parameters are left out", "[nn][gradcheck]") {
  manual_seed(1);
  Net net;
  net.hidden.requires_grad_(false);
  const gradtest::Report report = nn::gradcheck(net, [&] { return loss_of(net); }, {.points = 0});
  CHECK(report);
  CHECK(report.cells == 5);
  net.requires_grad_(false);
  CHECK(contains(error_of([&] { nn::gradcheck(net, [&] { return loss_of(net); }); }),
                 "requires grad"));
}

TEST_CASE("a module without parameters, and no loss, are refused", "[nn][gradcheck]") {
  nn::Dropout none;
  CHECK(error_of([&] { nn::gradcheck(none, [] { return ones({}); }); }) ==
        "gradcheck: the module has no parameters");
  Net net;
  CHECK(error_of([&] { nn::gradcheck(net, nullptr); }) ==
        "gradcheck: the loss is an empty function");
}
