// A number in the place of an operand: the operation keeps it, and no tensor is made of it.
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::error_of;
using test::OpRow;
using test::Tensors;

namespace {

OpRow row(std::string_view name, std::function<Tensor(const Tensor&)> f, double low = 0.5,
          double high = 2, bool differentiable = true) {
  return {.name = name,
          .f = [f](const Tensors& x) { return f(x[0]); },
          .inputs = {{{2, 3}, low, high}},
          .empty_inputs = {{0, 3}},
          .empty_result = {0, 3},
          .differentiable = differentiable};
}

/// A line without a derivative of its own order two is squared, so that there is one to check.
OpRow squared(std::string_view name, std::function<Tensor(const Tensor&)> f) {
  return row(
      name, [f](const Tensor& x) { return square(f(x)); }, -2, 2);
}

std::vector<double> gradient(const std::function<Tensor(const Tensor&)>& f, Tensor x, int order) {
  x.requires_grad_();
  Tensor y = f(x);
  for (int i = 0; i < order; ++i) y = grad({sum(y)}, {x}, {.create_graph = true})[0];
  return y.to_vector<double>();
}

}  // namespace

TEST_CASE("arithmetic with a number has its derivatives", "[ops][table][number]") {
  test::check_rows({
      squared("add", [](const Tensor& x) { return x + 1.5; }),
      squared("add", [](const Tensor& x) { return 1.5 + x; }),
      squared("sub", [](const Tensor& x) { return x - 1.5; }),
      squared("sub", [](const Tensor& x) { return 1.5 - x; }),
      squared("mul", [](const Tensor& x) { return x * -2.5; }),
      squared("mul", [](const Tensor& x) { return 3 * x; }),
      squared("div", [](const Tensor& x) { return x / 1.5; }),
      row("div", [](const Tensor& x) { return 1.5 / x; }),
      row("pow", [](const Tensor& x) { return pow(x, 2.5); }),
      row("pow", [](const Tensor& x) { return pow(x, -1); }),
      row("pow", [](const Tensor& x) { return pow(2.5, x); }),
      squared("maximum", [](const Tensor& x) { return maximum(x, 0.3); }),
      squared("minimum", [](const Tensor& x) { return minimum(0.3, x); }),
      row("atan2", [](const Tensor& x) { return atan2(x, -0.7); }),
      row("atan2", [](const Tensor& x) { return atan2(0.7, x); }),
      row("hypot", [](const Tensor& x) { return hypot(x, 3); }),
      row("logaddexp", [](const Tensor& x) { return logaddexp(0.4, x); }),
      row("logaddexp2", [](const Tensor& x) { return logaddexp2(x, 1); }),
  });
}

TEST_CASE("writing with a number has its derivative", "[ops][table][number]") {
  const auto written = [](std::string_view name, void (*write)(Tensor&)) {
    return row(name, [write](const Tensor& x) {
      Tensor y = x * x;
      write(y);
      return y * y;
    });
  };
  test::check_rows({
      written("add", [](Tensor& y) { y += 1.5; }),
      written("sub", [](Tensor& y) { y -= 1.5; }),
      written("mul", [](Tensor& y) { y *= 0.5; }),
      written("div", [](Tensor& y) { y /= 1.5; }),
      written("fill", [](Tensor& y) { y.narrow(1, 0, 1).fill_(3); }),
      written("zero", [](Tensor& y) { y.narrow(1, 0, 1).zero_(); }),
  });
}

TEST_CASE("choice beside a number has its derivative, comparison has none",
          "[ops][table][number]") {
  test::check_rows({
      squared("where", [](const Tensor& x) { return where(x > 0.1, x, 0.1); }),
      squared("where", [](const Tensor& x) { return where(x > 0.1, 0.1, x); }),
      row(
          "eq", [](const Tensor& x) { return x == 0.5; }, -2, 2, false),
      row(
          "ne", [](const Tensor& x) { return x != 0.5; }, -2, 2, false),
      row(
          "lt", [](const Tensor& x) { return x < 0.5; }, -2, 2, false),
      row(
          "le", [](const Tensor& x) { return x <= 0.5; }, -2, 2, false),
      row(
          "gt", [](const Tensor& x) { return x > 0.5; }, -2, 2, false),
      row(
          "ge", [](const Tensor& x) { return x >= 0.5; }, -2, 2, false),
  });
}

TEST_CASE("a number is an attribute in lists and no input", "[ops][number]") {
  const Tensor x = full({2}, 2.0).requires_grad_();
  CHECK(tape_text(1 - x * 1.5F) ==
        "leaf = leaf() : float32 [2]\n"
        "mul = mul(leaf, other=1.5) : float32 [2]\n"
        "sub = sub(mul, first=1) : float32 [2]\n");
  const auto records = trace([&] {
    NoGrad guard;
    Tensor y = pow(3, x);
    y += 1;
    y.fill_(7);
    where(y > 2, 0, y);
  });
  REQUIRE(records.size() == 6);
  const std::vector<Attribute> expected[] = {
      {}, {{"first", "3"}}, {{"other", "1"}}, {{"value", "7"}}, {{"other", "2"}}, {{"first", "0"}}};
  for (std::size_t i = 0; i < 6; ++i) {
    INFO(records[i].name);
    CHECK(records[i].attributes == expected[i]);
  }
}

TEST_CASE("values beside a number are those of long double", "[ops][number]") {
  const std::vector<double> xs{-2, -0.75, 0.5, 1, 3};
  const Tensor x = tensor(xs);
  const Tensor found = stack({x + 0.1, 0.1 - x, x - 0.1, x * 0.1, x / 0.1, 0.1 / x, pow(x, 3),
                              pow(0.1, x), maximum(x, 0.1), minimum(0.1, x)});
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const long double v = xs[i];
    const long double n = 0.1;
    const long double expected[] = {v + n,           n - v,          v - n,     v * n,
                                    v / n,           n / v,          v * v * v, std::pow(n, v),
                                    std::fmax(v, n), std::fmin(v, n)};
    for (std::size_t k = 0; k < std::size(expected); ++k) {
      INFO("function " << k << " at " << xs[i]);
      CHECK(found[static_cast<std::int64_t>(k)][static_cast<std::int64_t>(i)].item<double>() ==
            Approx(static_cast<double>(expected[k])).epsilon(1e-15));
    }
  }
}

TEST_CASE("powers by a number keep the derivatives of a^b at 0, at every order", "[ops][number]") {
  const auto cube = [](const Tensor& x) { return pow(x, 3); };
  const auto one = [](const Tensor& x) { return pow(x, 0); };
  const Tensor x = tensor({0.0, 2.0, -1.0});
  CHECK(gradient(cube, x.clone(), 1) == std::vector<double>{0, 12, 3});
  CHECK(gradient(cube, x.clone(), 2) == std::vector<double>{0, 12, -6});
  CHECK(gradient(cube, x.clone(), 3) == std::vector<double>{6, 6, 6});
  CHECK(gradient(one, x.clone(), 1) == std::vector<double>{0, 0, 0});
  const auto of_zero = [](const Tensor& t) { return pow(0, t); };
  CHECK(gradient(of_zero, tensor({0.0, 1.0}), 1) == std::vector<double>{0, 0});
}

TEST_CASE("the larger and the smaller share the gradient with a number that is equal",
          "[ops][number]") {
  const Tensor x = tensor({1.0, 2.0, 3.0});
  const auto larger = [](const Tensor& t) { return maximum(t, 2); };
  const auto smaller = [](const Tensor& t) { return minimum(2, t); };
  CHECK(gradient(larger, x.clone(), 1) == std::vector<double>{0, 0.5, 1});
  CHECK(gradient(smaller, x.clone(), 1) == std::vector<double>{1, 0.5, 0});
}

TEST_CASE("a number beside a tensor has the type in which both meet", "[ops][number]") {
  const Tensor bytes = tensor({200, 3}).to(uint8);
  CHECK((bytes + 100).to_vector<std::int64_t>() == std::vector<std::int64_t>{44, 103});
  CHECK((5 - bytes).to_vector<std::int64_t>() == std::vector<std::int64_t>{61, 2});
  CHECK((bytes + 1.5).dtype() == float32);
  CHECK((bytes / 2).to_vector<double>() == std::vector<double>{100, 1.5});
  CHECK((1 / bytes).dtype() == float32);
  CHECK(maximum(bytes, 4).to_vector<std::int64_t>() == std::vector<std::int64_t>{200, 4});
  const Tensor flags = tensor({1, 0}).to(boolean);
  CHECK((flags + true).dtype() == boolean);
  CHECK((flags * 3).to_vector<std::int64_t>() == std::vector<std::int64_t>{3, 0});
  CHECK((flags - 1).to_vector<std::int64_t>() == std::vector<std::int64_t>{0, -1});
  CHECK(where(flags, 2.5, bytes).dtype() == float32);
  const Tensor least = full({1}, std::numeric_limits<std::int64_t>::min());
  CHECK((least - 1).item<std::int64_t>() == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("a number that doesn't fit is refused before anything changes", "[ops][number]") {
  Tensor bytes = tensor({200, 3}).to(uint8);
  Tensor floats = tensor({1.0F});
  const Tensor flags = bytes == 3;
  CHECK(error_of([&] { bytes + 300; }).find("add: ") == 0);
  CHECK(error_of([&] { bytes *= -1; }).find("mul_: ") == 0);
  CHECK(error_of([&] { floats / 1e300; }).find("div: ") == 0);
  CHECK(error_of([&] { where(flags, bytes, 256); }).find("where: ") == 0);
  CHECK(error_of([&] { floats.fill_(1e300); }).find("fill_: ") == 0);
  CHECK(error_of([&] { flags - true; }) ==
        "sub: booleans, one operand of shape [2]; use != for exclusive or");
  CHECK(error_of([&] { bytes += 0.5; }).find("add_: a result of float32") == 0);
  CHECK(error_of([&] { pow(bytes, -1); }).find("pow: uint8 to the negative") == 0);
  CHECK(bytes.to_vector<std::int64_t>() == std::vector<std::int64_t>{200, 3});
  CHECK(floats.item<float>() == 1);
}

TEST_CASE("a number beside angles and sums of powers is one of the tensor's type",
          "[ops][number]") {
  const std::vector<double> numbers{-1.5, 0.25, 3};
  const Tensor x = Tensor::from_vector(std::vector<double>(numbers));
  const auto check = [&](const Tensor& y, long double (*expected)(long double)) {
    REQUIRE(y.dtype() == float64);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      CHECK(y.to_vector<double>()[i] == Approx(static_cast<double>(expected(numbers[i]))));
    }
  };
  check(atan2(x, 2), [](long double v) { return std::atan2(v, 2.0L); });
  check(atan2(-2, x), [](long double v) { return std::atan2(-2.0L, v); });
  check(x.hypot(0.5), [](long double v) { return std::hypot(v, 0.5L); });
  check(hypot(0.5, x), [](long double v) { return std::hypot(v, 0.5L); });
  check(x.logaddexp(1), [](long double v) { return std::log(std::exp(v) + std::exp(1.0L)); });
  check(logaddexp2(1, x), [](long double v) { return std::log2(std::exp2(v) + 2); });
  CHECK(hypot(tensor({3}), 4).dtype() == float32);
  CHECK(hypot(tensor({3}), 4).item<float>() == 5);
  CHECK(atan2(x.to(float32), 0.1).dtype() == float32);
  CHECK(error_of([&] { hypot(x.to(float32), 1e300); }).starts_with("hypot: 1e+300 doesn't fit"));
}
