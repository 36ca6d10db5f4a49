#include "tapegrad/nn/fractional_pool.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/unpool.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("windows lie where a sample says", "[nn][pool]") {
  // Graham's pseudorandom sequence: of 10 elements, 4 windows of 2, their steps of 8/3 are 3, 2, 3
  // from a sample of 0.5: floor(8/3 (i + 1/2)) - floor(8/6) = 0, 3, 5; the last ends with x.
  const Tensor x = arange(10).to(float64).reshape({1, 1, 1, 10});
  const Tensor samples = full({1, 1, 2}, 0.5, {.dtype = float64});
  const auto [values, indices] = nn::fractional_max_pool2d_with_indices(
      x, {1, 2}, {.output_size = {1, 4}, .random_samples = samples});
  CHECK(values.to_vector<double>() == std::vector<double>{1, 4, 6, 9});
  CHECK(indices.to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 4, 6, 9});
}

TEST_CASE("a fractional pool has its derivative, and can be undone", "[nn][pool]") {
  const Tensor samples = test::spread({2, 2, 2}, 0, 0.99);
  const auto f = [&](const std::vector<Tensor>& in) {
    return nn::fractional_max_pool2d(in[0], 2, {.output_size = 3, .random_samples = samples});
  };
  CHECK(gradcheck(f, {test::spread({2, 2, 5, 4}, -1, 1).requires_grad_()}));
  const Tensor x = test::spread({2, 2, 6, 6}, 1, 2);
  const auto [values, indices] =
      nn::fractional_max_pool2d_with_indices(x, 2, {.output_ratio = {0.5}});
  const Tensor back = nn::max_unpool2d(values, indices, 2, {.output_size = {6, 6}});
  CHECK(equal(back, where(back > 0, x, zeros_like(x))));
}

TEST_CASE("a fractional pool draws anew, also in a program", "[nn][pool]") {
  Generator generator(5);
  nn::FractionalMaxPool2d pool(2, {.output_size = 7, .generator = generator});
  const Tensor x = rand({1, 4, 24, 24}, generator);
  CHECK(!equal(pool(x), pool(x)));
  const auto draw = [&](const Tensor& in) { return pool(in); };
  const Program program = capture(draw, {{1, 4, 24, 24}});
  CHECK(!equal(program(x), program(x)));
  CHECK(pool.state_dict().size() == 0);
}

TEST_CASE("fractional pools name what doesn't fit", "[nn][pool]") {
  const Tensor x = ones({1, 2, 4, 5});
  const auto error = [&](const Dims& kernel, const nn::FractionalMaxPoolOptions& options) {
    return test::error_of([&] { nn::fractional_max_pool2d(x, kernel, options); });
  };
  CHECK(error(2, {.output_size = {4, 4}}) ==
        "fractional_max_pool2d: 4 windows of 2 in 4 elements; there are at least one, and at most "
        "3");
  CHECK(error(2, {}) ==
        "fractional_max_pool2d: kernel_size is [2], with 0 sizes and 0 ratios; give one of these, "
        "one number or one for each dimension");
  CHECK(error(2, {.output_ratio = {0.5, 1}}) ==
        "fractional_max_pool2d: output_ratio is 1; it lies between 0 and 1");
  CHECK(error(2, {.output_size = 2, .random_samples = ones({1, 2, 3})}) ==
        "fractional_max_pool2d: random_samples is [1, 2, 3]; it must be [1, 2, 2]");
  CHECK(error(2, {.output_size = 2, .random_samples = zeros({1, 2, 2}, {.dtype = float64})}) ==
        "fractional_max_pool2d: random_samples is float64, x is float32; convert one with to()");
  CHECK_THROWS_AS(nn::fractional_max_pool3d(x[0][0], 2, {.output_size = 1}), ShapeError);
  CHECK_THROWS_AS(nn::fractional_max_pool2d(x.to(int64), 2, {.output_size = 1}), DTypeError);
}
