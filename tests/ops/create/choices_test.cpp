// normal() and multinomial(): shares and moments of many draws.
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using test::error_of;

TEST_CASE("normal() has the mean and the deviation that it is given", "[random]") {
  Generator generator(5);
  const Tensor x = normal(3, 0.5, {20000}, {.dtype = float64}, generator);
  CHECK(std::abs(x.mean().item<double>() - 3) < 0.02);
  CHECK(std::abs(tapegrad::std(x).item<double>() - 0.5) < 0.01);
  CHECK(error_of([] { normal(0, -1, {2}); }).starts_with("normal: "));
}

TEST_CASE("multinomial() draws places in the proportion of their numbers", "[random]") {
  Generator generator(7);
  const Tensor p = tensor({{1.0, 0.0, 3.0}, {2.0, 2.0, 0.0}}, float64);
  const Tensor drawn = multinomial(p, 20000, true, generator);
  CHECK(drawn.shape() == Shape{2, 20000});
  CHECK(drawn.dtype() == int64);
  const auto share = [&](std::int64_t row, std::int64_t place) {
    return (drawn[row] == place).to(float64).mean().item<double>();
  };
  CHECK(std::abs(share(0, 0) - 0.25) < 0.015);
  CHECK(share(0, 1) == 0);
  CHECK(std::abs(share(0, 2) - 0.75) < 0.015);
  CHECK(std::abs(share(1, 0) - 0.5) < 0.015);
  CHECK(share(1, 2) == 0);
}

TEST_CASE("multinomial() without replacement draws no place twice", "[random]") {
  Generator generator(9);
  const Tensor p = tensor({1.0, 0.0, 3.0, 6.0});
  std::int64_t first_is_last = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto drawn = multinomial(p, 3, false, generator).to_vector<std::int64_t>();
    CHECK((drawn[0] != drawn[1] && drawn[1] != drawn[2] && drawn[0] != drawn[2]));
    CHECK((drawn[0] != 1 && drawn[1] != 1 && drawn[2] != 1));
    first_is_last += drawn[0] == 3;
  }
  CHECK(std::abs(static_cast<double>(first_is_last) / 2000 - 0.6) < 0.05);
  CHECK(error_of([&] { multinomial(p, 4); }) ==
        "multinomial: 4 draws of a row in which fewer than 4 numbers are above 0");
  CHECK(error_of([&] {
          multinomial(tensor({1.0, -1.0}), 1);
        }) == "multinomial: a number is negative, NaN or infinite");
  CHECK(error_of([&] { multinomial(zeros({2}), 1, true); }).starts_with("multinomial: "));
  CHECK(error_of([&] { multinomial(p, 0); }) == "multinomial: 0 draws; there must be one at least");
  CHECK(error_of([&] {
          multinomial(ones({1, 1, 1}), 1);
        }).starts_with("multinomial: needs one row"));
}
