// The tables are by mpmath with 40 digits.
#include <cmath>
#include <limits>
#include <vector>

#include "ops/gauss.hpp"
#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::row;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
const long double root_pi = std::sqrt(std::acos(-1.0L));

Tensor log_gamma(const Tensor& x) { return lgamma(x); }
Tensor trigamma(const Tensor& x) { return polygamma(1, x); }

double at(test::Function f, double x, DType dtype) {
  return f(full({}, x, {.dtype = dtype})).item<double>();
}

}  // namespace

TEST_CASE("special functions have their derivatives", "[ops][table]") {
  test::check_rows({row("gauss", gauss, -2, 2), row("erf", erf, -2, 2), row("erfc", erfc, -2, 2),
                    row("erfinv", erfinv, -0.8, 0.8), row("lgamma", lgamma, 0.5, 4),
                    row("polygamma", digamma, 0.5, 4), row("polygamma", trigamma, 0.5, 4)});
  test::check_rows(row("xlogy", xlogy, 0.5, 2));
  test::check_rows({
      {.name = "xlogy",
       .f = [](const test::Tensors& x) { return xlogy(x[0], 1.5); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
      {.name = "xlogy",
       .f = [](const test::Tensors& x) { return xlogy(1.5, x[0]); },
       .inputs = {{{2, 3}, 0.5, 2}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
  });
}

TEST_CASE("x log y is flat at 0 log 0 alone", "[ops][special]") {
  Tensor x = tensor({2.0, 2.0, 0.0}, {.dtype = float64}).requires_grad_();
  xlogy(x, tensor({0.0, -1.0, 0.0}, {.dtype = float64})).sum().backward();
  const std::vector<double> g = x.grad().to_vector<double>();
  CHECK(g[0] == -infinite);
  CHECK(std::isnan(g[1]));
  CHECK(g[2] == 0);
}

TEST_CASE("error functions agree with the standard library", "[ops][special]") {
  test::check_values({
      {"erf", erf, std::erf, -6, 6},
      {"erf near 0", erf, std::erf, -1e-5, 1e-5},
      {"erfc", erfc, std::erfc, -6, 9, 5},
  });
  test::check_slopes({
      {"erf", erf, [](long double x) { return 2 / root_pi * std::exp(-x * x); }, -9, 9, 4},
      {"erfc", erfc, [](long double x) { return -2 / root_pi * std::exp(-x * x); }, -9, 9, 4},
  });
}

TEST_CASE("the bell keeps its digits down to 0", "[ops][special]") {
  const auto bell = [](long double x) { return std::exp(-x * x); };
  test::check_values({{"gauss", gauss, bell, -9, 9, 3}});
  for (const DType dtype : {float32, float64}) {
    CHECK(at(gauss, 0, dtype) == 1);
    CHECK(at(gauss, infinite, dtype) == 0);
    CHECK(at(gauss, -1e30, dtype) == 0);
    CHECK(std::isnan(at(gauss, not_a_number, dtype)));
  }
}

TEST_CASE("erfinv agrees with its table", "[ops][special]") {
  test::check_table("erfinv", erfinv,
                    {{1e-300, 8.862269254527580359e-301L},
                     {1e-20, 8.86226925452757965e-21L},
                     {1e-05, 8.862269254759594528e-6L},
                     {0.1, 0.08885599049425769197L},
                     {-0.25, -0.2253120550121781047L},
                     {0.4999, 0.4768250236254277954L},
                     {0.5, 0.4769362762044698734L},
                     {0.75, 0.8134198475976185417L},
                     {-0.9, -1.163087153676674163L},
                     {0.99, 1.821386367718449456L},
                     {0.9999, 2.751063905712079692L},
                     {0.9999999, 3.766562581638470889L},
                     {-0.999999999999, -5.04203189857269613L},
                     {1 - 0x1p-52, 5.8050186831934533L},
                     {1 - 0x1p-53, 5.863584748755167927L}});
  for (const DType dtype : {float32, float64}) {
    CHECK(at(erfinv, 1, dtype) == infinite);
    CHECK(at(erfinv, -1, dtype) == -infinite);
    CHECK(std::isnan(at(erfinv, 1.25, dtype)));
    CHECK(at(erfinv, 0, dtype) == 0);
    CHECK(std::signbit(at(erfinv, -0.0, dtype)));
    CHECK(test::derivative(erfinv, full({}, 1.0, {.dtype = dtype}), 1).item<double>() == infinite);
  }
}

TEST_CASE("the gamma function's relatives agree with their tables", "[ops][special]") {
  test::check_table("lgamma", log_gamma,
                    {{1e-10, 23.02585092988273524L},
                     {0.1, 2.252712651734205902L},
                     {0.5, 0.5723649429247000871L},
                     {1.5, -0.1207822376352452223L},
                     {3.5, 1.200973602347074225L},
                     {50.0, 144.565743946344886L},
                     {100000.0, 1051287.708973656895L},
                     {-0.5, 1.265512123484645396L},
                     {-1.75, 1.016088809214435699L},
                     {-10.25, -14.20399790093109065L}},
                    4);
  test::check_table("digamma", digamma,
                    {{1e-10, -10000000000.5772153L},
                     {0.1, -10.42375494041107623L},
                     {0.5, -1.963510026021423479L},
                     {1.0, -0.5772156649015328606L},
                     {2.0, 0.4227843350984671394L},
                     {3.5, 1.103156640645243187L},
                     {9.99, 2.250700372831201122L},
                     {10.0, 2.251752589066721108L},
                     {25.0, 3.198742512851974009L},
                     {100000.0, 11.51292046496189509L},
                     {1e+300, 690.7755278982137053L},
                     {-0.484375, 0.1761181638679878939L},
                     {-0.25, 2.91413912021352783L},
                     {-1.75, -2.322691628614360646L},
                     {-10.5, 2.398239129535781613L},
                     {-1000.25, 10.05009769306670588L}},
                    32);
  test::check_table("trigamma", trigamma,
                    {{1e-05, 10000000001.64490839L},
                     {0.1, 101.4332991507927477L},
                     {0.5, 4.934802200544679309L},
                     {1.0, 1.644934066848226436L},
                     {2.0, 0.6449340668482264365L},
                     {10.0, 0.1051663356816857461L},
                     {100000.0, 0.00001000005000016666667L},
                     {10000000000.0, 1.00000000005e-10L},
                     {-0.5, 8.934802200544679309L},
                     {-1.75, 19.30163754452978648L},
                     {-10.25, 19.6462524246226528L},
                     {-1000.25, 19.73820955169978488L}},
                    16);
  test::check_table(
      "polygamma(2)", [](const Tensor& x) { return polygamma(2, x); },
      {{0.1, -2001.861457378343673L},
       {0.5, -16.82879664423432L},
       {1.0, -2.404113806319188571L},
       {2.0, -0.4041138063191885708L},
       {30.0, -0.001148765203728599844L},
       {-0.25, 122.6973667836623604L},
       {-1.75, -124.2138213542305819L},
       {-10.25, 124.0164720214871049L}},
      32);
  test::check_table(
      "polygamma(5)", [](const Tensor& x) { return polygamma(5, x); },
      {{0.1, 120000069.307510929L},
       {0.5, 7691.113548602435496L},
       {1.0, 122.0811674381338968L},
       {2.0, 2.081167438133896766L},
       {30.0, 1.072699493616162389e-6L},
       {-0.5, 15371.1135486024355L},
       {-1.75, 492230.9303018743215L},
       {-10.25, 492231.266945165017L}},
      32);
}

TEST_CASE("the gamma function's relatives have poles", "[ops][special]") {
  for (const DType dtype : {float32, float64}) {
    CHECK(at(lgamma, 0, dtype) == infinite);
    CHECK(at(lgamma, -3, dtype) == infinite);
    CHECK(at(digamma, 0, dtype) == -infinite);
    CHECK(at(digamma, -0.0, dtype) == infinite);
    CHECK(std::isnan(at(digamma, -3, dtype)));
    CHECK(std::isnan(at(digamma, -infinite, dtype)));
    CHECK(at(digamma, infinite, dtype) == infinite);
    CHECK(at(trigamma, 0, dtype) == infinite);
    CHECK(at(trigamma, -3, dtype) == infinite);
    CHECK(polygamma(2, full({}, -3, {.dtype = dtype})).item<double>() == -infinite);
    CHECK(at(trigamma, infinite, dtype) == 0);
    for (const auto f : std::vector<test::Function>{erf, erfc, erfinv, lgamma, digamma, trigamma}) {
      CHECK(std::isnan(at(f, not_a_number, dtype)));
    }
  }
  CHECK_THROWS_AS(polygamma(-1, ones({1})), Error);
}

TEST_CASE("xlogy is 0 where its factor is, and passes NaN", "[ops][special]") {
  const Tensor zero = zeros({5}, {.dtype = float64});
  const Tensor b = tensor({0.0, infinite, -1.0, 2.0, not_a_number});
  const std::vector<double> y = xlogy(zero, b).to_vector<double>();
  CHECK(std::vector<double>(y.begin(), y.end() - 1) == std::vector<double>(4, 0));
  CHECK(std::isnan(y[4]));
  CHECK(xlogy(2, tensor({3.0})).item<double>() == Approx(2 * std::log(3.0)));
  CHECK(xlogy(tensor({2.0}), 3).item<double>() == Approx(2 * std::log(3.0)));
  for (const bool recorded : {false, true}) {
    Tensor p = zeros({3}, {.dtype = float64, .requires_grad = true});
    Tensor q = tensor({0.0, -1.0, 2.0}, {.dtype = float64}).requires_grad_();
    const auto g =
        grad({xlogy(p, q)}, {p, q}, {.grad_outputs = {full({3}, 1.0)}, .create_graph = recorded});
    CHECK(g[0].detach().to_vector<double>()[0] == 0);
    CHECK(g[0].detach().to_vector<double>()[1] == 0);
    CHECK(g[0].detach().to_vector<double>()[2] == Approx(std::log(2.0)));
    CHECK(g[1].detach().to_vector<double>() == std::vector<double>{0, 0, 0});
  }
}

// mpmath 1.3: mp.dps = 40; psi(n, x).
TEST_CASE("polygamma of high orders is neither infinity times zero nor without an end",
          "[ops][special]") {
  const auto at = [](std::int64_t n, double x) {
    return polygamma(n, full({}, x, {.dtype = float64})).item<double>();
  };
  const auto near = [](double y, double exact) {
    return std::abs(y - exact) <= 1e-11 * std::abs(exact);
  };
  CHECK(near(at(200, 100), -9.125424691096222655720932808954e-28));
  CHECK(near(at(171, 3.5), 3.266438433811045503441605965767e215));
  CHECK(near(at(1000, 400.5), -2.734551930485579976916702204125e-38));
  CHECK(at(300, 1e4) == 0);
  CHECK(at(180, 0.5) == -infinite);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(at(most, 1e300) == 0);
  CHECK(at(most, 1) == infinite);
  CHECK(std::isnan(at(most, std::nan(""))));
}
