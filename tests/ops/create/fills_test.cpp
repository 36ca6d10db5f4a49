// Random fills as methods: the moments of what they write, and what they leave alone.
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using test::error_of;

namespace {

constexpr std::int64_t count = 100000;

/// Of as many independent numbers the mean is off by less than five standard deviations.
void check_mean(const Tensor& x, double mean_of_one, double deviation) {
  const double bound = 5 * deviation / std::sqrt(static_cast<double>(x.numel()));
  CHECK(std::abs(mean(x, float64).item<double>() - mean_of_one) < bound);
}

}  // namespace

TEST_CASE("methods fill with the numbers of the functions", "[random]") {
  Generator first(9);
  Generator second(9);
  Tensor x = zeros({50});
  CHECK(x.uniform_(-1, 2, first).is_same(x));
  CHECK(equal(x, uniform_(zeros({50}), -1, 2, second)));
  CHECK(equal(x.normal_(1, 3, first), normal_(zeros({50}), 1, 3, second)));
  CHECK(equal(x.bernoulli_(0.3, first), bernoulli_like(x, 0.3, {}, second)));
  CHECK(equal(x.random_(-5, 7, first), randint(-5, 7, {50}, {.dtype = float32}, second)));
  CHECK(equal(x.random_(7, first), randint(7, {50}, {.dtype = float32}, second)));
  CHECK(equal(x.exponential_(first), Tensor(x.clone()).exponential_(1, second)));
}

TEST_CASE("random fills have their moments", "[random]") {
  manual_seed(4);
  for (const DType dtype : {float32, float64}) {
    Tensor x = zeros({count}, {.dtype = dtype});
    check_mean(x.uniform_(), 0.5, std::sqrt(1.0 / 12));
    check_mean(x.bernoulli_(0.2), 0.2, 0.4);
    check_mean(x.random_(-2, 3), 0, std::sqrt(2.0));
    check_mean(x.exponential_(2), 0.5, 0.5);
    CHECK(min(x).item<double>() >= 0);
    // The part above t is e^(-rate t).
    check_mean(x > 1, std::exp(-2.0), std::sqrt(std::exp(-2.0)));
    check_mean(x < 0.1, 1 - std::exp(-0.2), 0.4);
  }
  Tensor p = tensor({{0.0f}, {1.0f}, {0.5f}});
  Tensor y = zeros({3, count}, {.dtype = int64});
  y.bernoulli_(p);
  CHECK(sum(y, 1)[0].item<int>() == 0);
  CHECK(sum(y, 1)[1].item<int>() == count);
  check_mean(y[2], 0.5, 0.5);
}

TEST_CASE("random fills are recorded as copies, and refuse in their own names", "[random]") {
  Tensor x = ones({2, 3}, {.requires_grad = true});
  for (const auto& [name, fill] : std::vector<std::pair<std::string, void (*)(Tensor)>>{
           {"uniform_", [](Tensor t) { t.uniform_(); }},
           {"normal_", [](Tensor t) { t.normal_(); }},
           {"bernoulli_", [](Tensor t) { t.bernoulli_(); }},
           {"bernoulli_", [](Tensor t) { t.bernoulli_(ones({3})); }},
           {"random_", [](Tensor t) { t.random_(0, 2); }},
           {"exponential_", [](Tensor t) { t.exponential_(); }}}) {
    CHECK(error_of([&, f = fill] { f(x); }).starts_with(name + ": a leaf of shape [2, 3]"));
    Tensor y = x * 2;
    fill(y[0]);
    CHECK(grad({sum(y)}, {x})[0].to_vector<float>() == std::vector<float>{0, 0, 0, 2, 2, 2});
  }
  CHECK(error_of([] { ones({1}).bernoulli_(1.5); }) ==
        "bernoulli_: 1.5 is no probability; use 0 to 1");
  CHECK(error_of([] { ones({2}).bernoulli_(ones({3})); }).starts_with("bernoulli_: an operand of"));
  CHECK(error_of([] { ones({1}).exponential_(0); }) ==
        "exponential_: a rate of 0; it must be above 0");
  CHECK(error_of([] { tensor({1}).exponential_(); }).starts_with("exponential_: needs a floating"));
  CHECK(error_of([] { tensor({1}, uint8).random_(0, 300); }).starts_with("random_: "));
  CHECK(error_of([] { ones({1}).random_(3, 3); }) ==
        "random_: there is no integer from 3 to below 3");
}
