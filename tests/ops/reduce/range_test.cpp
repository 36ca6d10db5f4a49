// Reductions whose result is in the range of its type, though what is added up on the way is not.
#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

using namespace tapegrad;

namespace {

using Numbers = std::vector<double>;

Tensor numbers(Numbers values, DType dtype) {
  return Tensor::from_vector(std::move(values)).to(dtype);
}

/// A unit in the last place, relative, and a few of them.
double epsilon(DType dtype) { return dtype == float32 ? 4e-7 : 1e-15; }

double largest(DType dtype) {
  return dtype == float32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
}

}  // namespace

TEST_CASE("a mean of the largest numbers is the largest number", "[ops][reduce][range]") {
  for (const DType dtype : {float32, float64}) {
    const double most = largest(dtype);
    for (const std::int64_t n : {2, 15, 16, 100, 3000}) {
      const Tensor x = full({n, 3}, most, {.dtype = dtype});
      for (const Tensor& y :
           {mean(x), mean(x, 0), mean(x, 1), mean(x.t(), 1), mean(x.t().clone(), 1)}) {
        for (const double v : y.to_vector<double>())
          CHECK(v == Approx(most).epsilon(epsilon(dtype)));
      }
    }
  }
}

TEST_CASE("a sum passes through infinity to a number", "[ops][reduce][range]") {
  for (const DType dtype : {float32, float64}) {
    const double most = largest(dtype);
    for (const std::int64_t n : {1, 10, 500}) {
      // n times the largest, n times its negative, and one more.
      const Tensor up = full({n}, most, {.dtype = dtype});
      const Tensor x = cat({up, -up, full({1}, most / 2, {.dtype = dtype})});
      CHECK(sum(x).item<double>() == most / 2);
      const Tensor columns = x.unsqueeze(1).expand({2 * n + 1, 5}).clone();
      for (const double v : sum(columns, 0).to_vector<double>()) CHECK(v == most / 2);
    }
    CHECK(sum(full({2}, most, {.dtype = dtype})).item<double>() ==
          std::numeric_limits<double>::infinity());
  }
}

TEST_CASE("a standard deviation neither vanishes nor overflows", "[ops][reduce][range]") {
  // Of {1, 2, 3} it is 1, and its gradient (x - 2) / 2.
  for (const DType dtype : {float32, float64}) {
    const int limit = dtype == float32 ? 37 : 300;
    for (const int power : {-limit, -limit / 2, -30, -19, 0, 19, 30, limit}) {
      CAPTURE(power);
      const double unit = std::pow(10.0, power);
      Tensor x = numbers({unit, 2 * unit, 3 * unit, 5, 6, 7}, dtype).view({2, 3}).clone();
      x.requires_grad_();
      const Tensor y = tapegrad::std(x, 1);
      CHECK(test::difference(y, numbers({unit, 1}, float64), epsilon(dtype), 0) == "");
      sum(y).backward();
      const Tensor expected = numbers({-0.5, 0, 0.5, -0.5, 0, 0.5}, float64).view({2, 3});
      // The mean is rounded.
      CHECK(test::difference(x.grad(), expected, epsilon(dtype), epsilon(dtype)) == "");
      const Tensor g = grad({sum(tapegrad::std(x, 1))}, {x}, {.create_graph = true})[0];
      CHECK(test::difference(g, expected, epsilon(dtype), epsilon(dtype)) == "");
    }
  }
}

TEST_CASE("a variance is found where its type holds it", "[ops][reduce][range]") {
  // Of n zeros and one a it is a^2 / (n + 1): a^2 overflows, or vanishes in part.
  const std::int64_t n = 99;
  for (const double a : {2e19, 1e-22}) {
    const Tensor x = cat({zeros({n}), full({1}, a)});
    CHECK(var(x).item<double>() == Approx(a * a / (n + 1)).epsilon(1e-6).margin(1e-45));
  }
  CHECK(var(full({50}, 3.5F)).item<double>() == 0);
}

TEST_CASE("a mean squared error is found where its type holds it", "[ops][loss][range]") {
  const Tensor x = cat({zeros({99}), full({1}, 2e19)}).requires_grad_();
  const Tensor loss = nn::mse_loss(x, zeros({100}));
  CHECK(loss.item<double>() == Approx(4e36).epsilon(1e-6));
  loss.backward();
  CHECK(x.grad().to_vector<double>()[99] == Approx(4e17).epsilon(1e-6));
  // 10,000 squares, each of which float32 rounds to a small number of its smallest units.
  const Tensor tiny = full({10000}, 1e-22);
  const double one = tiny.to_vector<double>()[0];
  const Tensor total = nn::mse_loss(tiny, zeros({10000}), {.reduction = Reduction::sum});
  CHECK(total.item<double>() == Approx(1e4 * one * one).epsilon(1e-4));
  CHECK(nn::mse_loss(tiny, tiny).item<double>() == 0);
  // The differences are in range, their double isn't.
  const Tensor far = full({4}, 1.7e308, {.dtype = float64, .requires_grad = true});
  nn::mse_loss(far, zeros({4}, {.dtype = float64})).backward();
  CHECK(far.grad().to_vector<double>()[0] == Approx(1.7e308 / 2).epsilon(1e-14));
}

TEST_CASE("a mean of large losses is found though their sum is infinite", "[ops][loss][range]") {
  const Tensor x = full({2}, 1.5e308, {.dtype = float64});
  const Tensor none = zeros({2}, {.dtype = float64});
  CHECK(nn::l1_loss(x, none).item<double>() == Approx(1.5e308));
  CHECK(nn::binary_cross_entropy_with_logits(x, none).item<double>() == Approx(1.5e308));
  const Tensor log_p = full({2, 1}, -1.5e308, {.dtype = float64});
  CHECK(nn::nll_loss(log_p, zeros({2}, {.dtype = int64})).item<double>() == Approx(1.5e308));
}
