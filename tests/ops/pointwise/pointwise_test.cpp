#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

/// A row of a function of one tensor.
test::OpRow row(std::string_view name, Tensor (*f)(const Tensor&), double low, double high) {
  return {.name = name,
          .f = [f](const Tensors& x) { return f(x[0]); },
          .inputs = {{{2, 3}, low, high}},
          .empty_inputs = {{0, 3}},
          .empty_result = {0, 3},
          .refuses = {{"undefined", [f] { f(Tensor()); }}}};
}

}  // namespace

TEST_CASE("pointwise operations have their derivatives", "[ops][table]") {
  test::check_rows({
      row("exp", exp, -2, 2),
      row("log", log, 0.2, 3),
      row("log1p", log1p, -0.7, 3),
      row("sqrt", sqrt, 0.2, 3),
      row("square", square, -2, 2),
      row("abs", abs, -2, 2),
      row("sign", sign, -2, 2),
      row("sigmoid", sigmoid, -4, 4),
      row("tanh", tanh, -2, 2),
      row("relu", relu, -2, 2),
      row("softplus", softplus, -4, 4),
      row("neg", neg, -2, 2),
      {.name = "clamp",
       .f = [](const Tensors& x) { return clamp(x[0], -0.5, 0.75); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0}},
       .empty_result = {0}},
  });
}

TEST_CASE("pointwise functions agree with the standard library", "[ops][pointwise]") {
  struct Case {
    const char* name;
    Tensor (*f)(const Tensor&);
    double (*reference)(double);
    double low;
    double high;
  };
  const Case cases[] = {
      {"exp", exp, std::exp, -80, 80},
      {"log", log, std::log, 1e-30, 1e3},
      {"log1p", log1p, std::log1p, -0.999, 50},
      {"sqrt", sqrt, std::sqrt, 0, 1e6},
      {"tanh", tanh, std::tanh, -12, 12},
      {"sigmoid", sigmoid, [](double v) { return 1 / (1 + std::exp(-v)); }, -80, 80},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      // 37 elements: whole batches and a tail for every width.
      const Tensor x = test::spread({37}, c.low, c.high);
      std::vector<double> expected;
      for (const double v : x.to_vector<double>()) expected.push_back(c.reference(v));
      const Tensor reference = Tensor::from_vector(std::move(expected));
      // The vector functions promise a few units in the last place.
      CHECK(test::difference(c.f(x), reference, 2e-15, 1e-300) == "");
      std::vector<double> rounded;
      const Tensor x32 = x.to(float32);
      for (const double v : x32.to_vector<double>()) rounded.push_back(c.reference(v));
      CHECK(test::difference(c.f(x32), Tensor::from_vector(std::move(rounded)), 5e-7, 1e-37) == "");
    }
  }
}

TEST_CASE("an element's value does not depend on its place in the tensor", "[ops][pointwise]") {
  const Tensor one = exp(full({}, 0.3));
  for (const float v : exp(full({29}, 0.3)).to_vector<float>()) CHECK(v == one.item<float>());
  for (const float v : exp(full({5, 7}, 0.3).t()).to_vector<float>()) CHECK(v == one.item<float>());
}

TEST_CASE("special values pass through pointwise operations as in IEEE 754", "[ops][pointwise]") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto at = [](Tensor (*f)(const Tensor&), double x, DType dtype) {
    return f(full({}, x, {.dtype = dtype})).item<double>();
  };
  for (const DType dtype : {float32, float64}) {
    CHECK(at(exp, -inf, dtype) == 0);
    CHECK(at(exp, inf, dtype) == inf);
    CHECK(at(log, 0, dtype) == -inf);
    CHECK(std::isnan(at(log, -1, dtype)));
    CHECK(std::isnan(at(sqrt, -1, dtype)));
    CHECK(at(sigmoid, -1000, dtype) == 0);
    CHECK(at(sigmoid, 1000, dtype) == 1);
    CHECK(at(softplus, 1000, dtype) == 1000);
    CHECK(at(softplus, -1000, dtype) == 0);
    CHECK(at(tanh, inf, dtype) == 1);
    for (const auto f : {exp, log, log1p, sqrt, square, abs, sign, sigmoid, tanh, relu, softplus}) {
      CHECK(std::isnan(at(f, nan, dtype)));
    }
    CHECK(std::isnan(clamp(full({}, nan, {.dtype = dtype}), -1, 1).item<double>()));
  }
}

TEST_CASE("at a kink the documented derivative holds", "[ops][pointwise]") {
  const auto slope = [](auto f, double at) {
    Tensor x = full({}, at, {.dtype = float64, .requires_grad = true});
    f(x).backward();
    return x.grad().template item<double>();
  };
  CHECK(slope([](const Tensor& x) { return relu(x); }, 0) == 0);
  CHECK(slope([](const Tensor& x) { return abs(x); }, 0) == 0);
  CHECK(slope([](const Tensor& x) { return clamp(x, -1, 1); }, 1) == 1);
  CHECK(slope([](const Tensor& x) { return clamp(x, -1, 1); }, 1.5) == 0);
}

TEST_CASE("integers stay integers only where they can", "[ops][pointwise]") {
  const Tensor x = Tensor::from_vector<std::int32_t>({-3, 0, 4});
  CHECK(abs(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{3, 0, 4});
  CHECK(square(x).dtype() == int32);
  CHECK(relu(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{0, 0, 4});
  CHECK(clamp(x, -1, 2).to_vector<std::int32_t>() == std::vector<std::int32_t>{-1, 0, 2});
  CHECK(clamp_min(x, 1).to_vector<std::int32_t>() == std::vector<std::int32_t>{1, 1, 4});
  CHECK(clamp(x, -0.5, 0.5).dtype() == float32);
  CHECK(exp(x).dtype() == float32);
  CHECK_THROWS_AS(neg(x == 0), DTypeError);
}
