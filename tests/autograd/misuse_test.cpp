// Calls that can't mean anything are refused where they are made.
#include <cmath>
#include <string>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

Tensor leaf(const Tensor& x) { return x.to(float64).detach().clone().requires_grad_(); }

Tensor squared(const std::vector<Tensor>& x) { return square(x[0]); }

}  // namespace

TEST_CASE("an empty function is refused at the call", "[misuse]") {
  const Tensor x = leaf(ones({2}));
  CHECK(error_of([&] { x.register_hook(nullptr); }) ==
        "register_hook: the hook is an empty function");
  CHECK(error_of([&] { gradcheck(nullptr, {x}); }) == "gradcheck: the function is empty");
  CHECK(error_of([&] { numeric_grad(nullptr, x); }) == "numeric_grad: the function is empty");
  CHECK(error_of([&] { numeric_grad([](const Tensor&) { return Tensor(); }, x); }) ==
        "numeric_grad: the function returned an undefined tensor");
  CHECK(error_of([&] { trace(nullptr); }) == "trace: the function is empty");
  square(x).sum().backward();  // no empty hook was left behind
}

TEST_CASE("a gradient that is given must be defined", "[misuse]") {
  const Tensor x = leaf(ones({2}));
  const Tensor y = square(x).sum();
  const Tensor none;
  const std::string how = "default-constructed, moved from, or an absent gradient";
  const std::string argument = "backward: argument 1 is an undefined tensor: " + how;
  CHECK(error_of([&] { y.backward(none); }) == argument);
  CHECK(error_of([&] { y.backward(x.grad()); }) == argument);
  CHECK(error_of([&] { y.backward(none, {.retain_graph = true}); }) == argument);
  CHECK(error_of([&] { trace([&] { y.backward(none); }); }) == argument);
  const std::string list = "grad: grad_outputs holds an undefined tensor at 1: " + how;
  const auto both = [&] { grad({y, y}, {x}, {.grad_outputs = {full({}, 2.0), none}}); };
  CHECK(error_of(both).starts_with(list));
  CHECK(error_of([&] { trace(both); }).starts_with(list));
  CHECK(!x.grad().defined());  // and the graph is still there
  CHECK(grad({y}, {x}, {.grad_outputs = {}, .retain_graph = true})[0].to_vector<double>()[0] == 2);
  y.backward(Tensor::BackwardOptions{.retain_graph = true});
  y.backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{4, 4});
}

TEST_CASE("gradcheck refuses options that say nothing", "[misuse][gradcheck]") {
  const std::vector<Tensor> x{leaf(ones({2}))};
  for (const double tolerance : {-1.0, std::nan(""), HUGE_VAL}) {
    CHECK(contains(error_of([&] { gradcheck(squared, x, {.tolerance = tolerance}); }),
                   "gradcheck: tolerance"));
  }
  for (const int order : {0, 4, -1}) {
    CHECK(contains(error_of([&] { gradcheck(squared, x, {.order = order}); }),
                   "gradcheck: order " + std::to_string(order)));
  }
  CHECK(contains(error_of([&] { gradcheck(squared, x, {.directions = -1}); }), "-1 directions"));
  CHECK(contains(error_of([&] { gradcheck(squared, x, {.points = -1}); }), "-1 points"));
  CHECK(error_of([&] {
          gradcheck(squared, x, {.names = {"a", "b"}});
        }) == "gradcheck: 2 names for 1 inputs");
  CHECK(gradcheck([](const std::vector<Tensor>& in) { return in[0] * 0; }, x, {.tolerance = 0}));
}

TEST_CASE("gradcheck says that the function gave an undefined tensor", "[misuse][gradcheck]") {
  const std::vector<Tensor> x{leaf(ones({2}))};
  const auto nothing = [](const std::vector<Tensor>&) { return Tensor(); };
  CHECK(error_of([&] { gradcheck(nothing, x); }) ==
        "gradcheck: the function gives an undefined tensor");
}

TEST_CASE("gradcheck varies inputs that share memory one element at a time", "[gradcheck]") {
  const Tensor few = tensor({0.5, 1.5}, {.dtype = float64});
  const auto product = [](const std::vector<Tensor>& x) {
    return x.size() == 1 ? square(x[0]) : x[0] * square(x[1]);
  };
  for (const int order : {1, 2, 3}) {
    const Tensor expanded = few.expand({3, 2}).requires_grad_();
    CHECK(gradcheck(product, {expanded}, {.order = order}));
    const Tensor a = few.detach().requires_grad_();
    const Tensor b = few.detach().requires_grad_();
    CHECK(gradcheck(product, {a, b}, {.order = order}));
    CHECK(gradcheck(product, {a, few.slice(0, 0, 1).detach()}, {.order = order}));
    CHECK(gradcheck(product, {a, a}, {.order = order}));
  }
  CHECK(few.to_vector<double>() == std::vector<double>{0.5, 1.5});
}

TEST_CASE("gradcheck varies the result of an operation as a copy", "[gradcheck]") {
  const Tensor few = leaf(tensor({0.5, 1.5}));
  const auto cubed = [](const std::vector<Tensor>& x) { return pow(x[0], 3); };
  const auto half = [](const std::vector<Tensor>& x) { return square(x[0]).detach() + x[0]; };
  for (const int order : {1, 2}) {
    for (const Tensor& x : {few.expand({3, 2}), few * 2, few.slice(0, 0, 1)}) {
      CHECK(gradcheck(cubed, {x}, {.order = order}));
      CHECK_FALSE(gradcheck(half, {x}, {.order = order}));
    }
  }
  CHECK(few.to_vector<double>() == std::vector<double>{0.5, 1.5});
  CHECK(!few.grad().defined());
}

TEST_CASE("an update of an undefined tensor is refused, in a trace and outside", "[misuse]") {
  const std::string message =
      "trace_update: argument 2 is an undefined tensor: default-constructed, moved from, or an "
      "absent gradient";
  CHECK(error_of([] { trace_update("sgd", Tensor(), ones({1})); }) == message);
  CHECK(error_of([] { trace([] { trace_update("sgd", Tensor(), Tensor()); }); }) == message);
}

TEST_CASE("a null pointer to elements is refused", "[misuse]") {
  bool deleted = false;
  const auto deleter = [&](void*) { deleted = true; };
  float* none = nullptr;
  CHECK(error_of([&] {
          Tensor::from_blob(none, {2, 3}, deleter);
        }) == "from_blob: a null pointer to the elements of shape [2, 3]");
  CHECK(!deleted);  // nothing was taken over
  CHECK(Tensor::from_blob(none, {0, 3}, nullptr).numel() == 0);
}

TEST_CASE("a number that was cast to an element type and is none is refused", "[misuse]") {
  const auto none = static_cast<DType>(200);
  const Tensor x = ones({2});
  const TensorOptions options{.dtype = none};
  const std::vector<std::pair<std::string, std::function<void()>>> calls{
      {"empty", [&] { empty({2}, options); }},
      {"full", [&] { full({2}, 1, options); }},
      {"zeros", [&] { zeros({2}, options); }},
      {"ones", [&] { ones({2}, options); }},
      {"zeros_like", [&] { zeros_like(x, options); }},
      {"tensor",
       [&] {
         tensor({1, 2}, options);
       }},
      {"tensor", [&] { tensor(std::vector<float>{1}, options); }},
      {"arange", [&] { arange(3, options); }},
      {"linspace", [&] { linspace(0, 1, 3, options); }},
      {"eye", [&] { eye(3, options); }},
      {"rand", [&] { rand({2}, options); }},
      {"randn", [&] { randn({2}, options); }},
      {"randint", [&] { randint(3, {2}, options); }},
      {"randperm", [&] { randperm(3, options); }},
      {"bernoulli_like", [&] { bernoulli_like(x, 0.5, options); }},
      {"to", [&] { x.to(none); }},
      {"to_", [&] { ones({2}).to_(none); }},
      {"size_of", [&] { static_cast<void>(size_of(none)); }},
      {"is_floating", [&] { static_cast<void>(is_floating(none)); }},
      {"promote", [&] { static_cast<void>(promote(none, float32)); }},
      {"promote", [&] { static_cast<void>(promote(int32, none)); }},
      {"promote", [&] { static_cast<void>(promote(none, Scalar(1))); }},
      {"promote", [&] { static_cast<void>(promote(none, Scalar(true))); }},
      {"name_of", [&] { static_cast<void>(name_of(none)); }},
  };
  for (const auto& [name, call] : calls) {
    CHECK(error_of<DTypeError>(call) == name +
                                            ": DType(200) is no element type; use boolean, uint8, "
                                            "int8, int16, int32, int64, float16, bfloat16, "
                                            "float32 or float64");
  }
}

TEST_CASE("a number that was cast to Reduction and is none is refused", "[misuse]") {
  const auto none = static_cast<Reduction>(7);
  const Tensor x = full({2, 3}, 0.5);
  const Tensor labels = tensor({0, 1});
  const std::vector<std::pair<std::string, std::function<void()>>> calls{
      {"mse_loss", [&] { nn::mse_loss(x, x, {.reduction = none}); }},
      {"l1_loss", [&] { nn::l1_loss(x, x, {.reduction = none}); }},
      {"binary_cross_entropy", [&] { nn::binary_cross_entropy(x, x, {.reduction = none}); }},
      {"binary_cross_entropy_with_logits",
       [&] { nn::binary_cross_entropy_with_logits(x, x, {.reduction = none}); }},
      {"nll_loss", [&] { nn::nll_loss(x, labels, {.reduction = none}); }},
      {"cross_entropy", [&] { nn::cross_entropy(x, labels, {.reduction = none}); }},
  };
  for (const auto& [name, call] : calls) {
    CHECK(error_of(call) == name + ": Reduction(7) is no reduction; use none, mean or sum");
  }
}
