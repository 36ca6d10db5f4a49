// What random functions refuse, and what they keep of their options.
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;
using Ints = std::vector<std::int64_t>;

TEST_CASE("options give random tensors their dtype and requires_grad", "[random]") {
  CHECK(rand({2}).dtype() == float32);
  CHECK(randn({2, 0}).shape() == Shape{2, 0});
  CHECK(randn({}).dim() == 0);
  CHECK(randn({2}, {.dtype = float64, .requires_grad = true}).requires_grad());
  const Tensor x = zeros({2, 3}, {.dtype = float64});
  CHECK(rand_like(x).dtype() == float64);
  CHECK(randn_like(x, {.dtype = float32}).dtype() == float32);
  CHECK(randn_like(x).shape() == x.shape());
}

TEST_CASE("random functions refuse what makes no distribution", "[random]") {
  const Tensor x = zeros({2});
  const double inf = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(rand({2}, {.dtype = int64}), DTypeError);
  CHECK_THROWS_AS(randn({2}, {.dtype = boolean}), DTypeError);
  CHECK_THROWS_AS(rand({-1}), ShapeError);
  CHECK_THROWS_AS(randint(3, 3, {2}), IndexError);
  CHECK_THROWS_AS(randint(300, {2}, {.dtype = uint8}), DTypeError);
  CHECK_THROWS_AS(randint(-1, 2, {2}, {.dtype = boolean}), DTypeError);
  CHECK_THROWS_AS(randint(1 << 25, {2}, {.dtype = float32}), DTypeError);
  CHECK_THROWS_AS(randint(2, {2}, {.requires_grad = true}), DTypeError);
  CHECK_THROWS_AS(randperm(-1), ShapeError);
  CHECK_THROWS_AS(randperm(257, {.dtype = uint8}), DTypeError);
  CHECK_THROWS_AS(bernoulli(zeros({2}, {.dtype = int64})), DTypeError);
  CHECK_THROWS_AS(bernoulli_like(x, 1.5), Error);
  CHECK_THROWS_AS(uniform_(x, 1, 0), Error);
  CHECK_THROWS_AS(uniform_(x, 0, inf), Error);
  CHECK_THROWS_AS(uniform_(x, -3e38, 3e38), Error);
  CHECK_THROWS_AS(normal_(x, 0, -1), Error);
  CHECK_THROWS_AS(normal_(x, inf, 1), Error);
  CHECK_THROWS_AS(normal_(zeros({2}, {.dtype = int32})), DTypeError);
  CHECK_THROWS_WITH(randint(300, {2}, {.dtype = uint8}),
                    "randint: uint8 doesn't hold every integer from 0 to 299");
}
