// CHECK_GRAD as its users write it: an own test program that links the shared library.
#include <tapegrad/catch.hpp>
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;

namespace {

tg::Tensor leaf(std::vector<double> values) {
  return tg::Tensor::from_vector(std::move(values)).requires_grad_();
}

tg::Tensor product(const tg::Tensor& a, const tg::Tensor& b) { return a * b; }

/// The second factor is hidden from the tape.
tg::Tensor wrong_product(const tg::Tensor& a, const tg::Tensor& b) { return a * b.detach(); }

std::string printed(const tg::gradtest::Report& report) {
  return Catch::StringMaker<tg::gradtest::Report>::convert(report);
}

}  // namespace

TEST_CASE("CHECK_GRAD passes for right derivatives", "[catch]") {
  const tg::Tensor a = leaf({1, 2, 3});
  const tg::Tensor b = leaf({4, 5, 6});
  CHECK_GRAD(product, a, b);
  REQUIRE_GRAD(product, a, b);
  CHECK_GRAD2(product, a, b);
  REQUIRE_GRAD2(product, a, b);
  CHECK_GRAD3(product, a, b);
  REQUIRE_GRAD3(product, a, b);
}

TEST_CASE("CHECK_GRAD takes lambdas, with commas and captures", "[catch]") {
  const tg::Tensor a = leaf({1, 2, 3});
  const tg::Tensor scale = tg::full({3}, 2.0, {.dtype = tg::float64});
  CHECK_GRAD([](const tg::Tensor& x) { return exp(x) / x; }, a);
  CHECK_GRAD2([&scale](const auto& x, const auto& c) { return tanh(x * scale) * c; }, a, scale);
}

TEST_CASE("CHECK_GRAD takes options after the tensors", "[catch]") {
  const tg::Tensor a = leaf({1, 2});
  const auto off_by_a_thousandth = [](const tg::Tensor& x) { return x + (x - x.detach()) * 1e-3; };
  CHECK_GRAD(off_by_a_thousandth, a, tg::GradcheckOptions{.tolerance = 2e-3});
  CHECK_FALSE(tg::check_grad(off_by_a_thousandth, a, tg::GradcheckOptions{.tolerance = 5e-4}));
}

TEST_CASE("a wrong derivative fails with its worst cell", "[catch]") {
  const auto check = tg::check_grad(wrong_product, leaf({1, 7, 3}), leaf({4, 5, 6}));
  CHECK_FALSE(check);
  // d (a[1] b[1]) / d b[1] is a[1] = 7, and the tape says 0.
  CHECK(printed(check).find("d f[1] / d x1[1] = 0, numerically ") != std::string::npos);
}

TEST_CASE("a wrong second derivative fails only the second order", "[catch]") {
  const auto cube = [](const tg::Tensor& x) {
    const tg::Tensor fixed = x.detach();
    return 3 * fixed * fixed * (x - fixed) + fixed * fixed * fixed;
  };
  const tg::Tensor x = leaf({1, 2});
  CHECK_GRAD(cube, x);
  const auto second = tg::check_grad2(cube, x);
  CHECK_FALSE(second);
  CHECK(printed(second).find("right at order 1, wrong at order 2") != std::string::npos);
}

// Run by check_grad_reports.py, which reads what Catch2 prints.
TEST_CASE("wrong: CHECK_GRAD goes on", "[.wrong]") {
  CHECK_GRAD(wrong_product, leaf({1, 7, 3}), leaf({4, 5, 6}));
  CHECK_GRAD2([](const tg::Tensor& x) { return x * x.detach(); }, leaf({3}));
}

TEST_CASE("wrong: REQUIRE_GRAD stops", "[.wrong]") {
  REQUIRE_GRAD(wrong_product, leaf({1, 7, 3}), leaf({4, 5, 6}));
  FAIL("not reached");
}
