#include "tapegrad/ops/convolution/unpool.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/unpool.hpp"
#include "tapegrad/ops/convolution/pool.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Numbers = std::vector<double>;

TEST_CASE("max_unpool puts the largest elements back", "[ops][unpool]") {
  // PyTorch's documentation of MaxUnpool1d, as printed.
  const Tensor line = arange(1, 9).to(float64).reshape({1, 1, 8});
  const Extremes largest = nn::max_pool1d_with_indices(line, 2);
  const Tensor back = nn::max_unpool1d(largest.values, largest.indices, 2);
  CHECK(back.to_vector<double>() == Numbers{0, 2, 0, 4, 0, 6, 0, 8});
  const Tensor longer = arange(1, 10).to(float64).reshape({1, 1, 9});
  const Extremes of_nine = nn::max_pool1d_with_indices(longer, 2);
  const nn::MaxUnpool1d module(2, {.stride = 2});
  CHECK(module(of_nine.values, of_nine.indices, 9).to_vector<double>() ==
        Numbers{0, 2, 0, 4, 0, 6, 0, 8, 0});
  CHECK(to_string(module) == "MaxUnpool1d(kernel_size=2, stride=2, padding=0)");

  const Tensor image = test::spread({2, 3, 4, 6}, -1, 1);
  const Extremes windows = nn::max_pool2d_with_indices(image, {2, 3});
  const Tensor whole = nn::max_unpool2d(windows.values, windows.indices, {2, 3});
  CHECK(whole.shape() == image.shape());
  CHECK(equal(nn::max_pool2d(nn::max_unpool2d(windows.values + 2, windows.indices, {2, 3}), {2, 3}),
              windows.values + 2));
  const Tensor volume = test::spread({1, 2, 2, 4, 2}, 1, 2);
  const Extremes deep = nn::max_pool3d_with_indices(volume, 2);
  CHECK(equal(nn::max_pool3d(nn::max_unpool3d(deep.values, deep.indices, 2), 2), deep.values));
}

TEST_CASE("max_unpool has right derivatives", "[ops][unpool]") {
  const Extremes largest =
      nn::max_pool2d_with_indices(test::spread({2, 4, 5}, -1, 1), 2, {.stride = {2, 3}});
  const auto f = [&](const std::vector<Tensor>& in) {
    return nn::max_unpool2d(in[0], largest.indices, 2, {.output_size = {4, 5}});
  };
  CHECK(gradcheck(f, {largest.values.detach().requires_grad_()}, {.order = 2}));
}

TEST_CASE("max_unpool names what doesn't fit", "[ops][unpool]") {
  const Tensor x = ones({1, 1, 2}), places = zeros({1, 1, 2}, {.dtype = int64});
  CHECK_THROWS_WITH(nn::max_unpool1d(x, places[0], 2),
                    "max_unpool1d: x is [1, 1, 2], indices are [1, 2]; both have one shape");
  CHECK_THROWS_AS(nn::max_unpool1d(x, x, 2), DTypeError);
  CHECK_THROWS_AS(nn::max_unpool1d(x, places + 4, 2), IndexError);
  CHECK_THROWS_WITH(nn::max_unpool1d(x, places, 1, {.stride = 1, .padding = 1}),
                    "max_unpool1d: 2 elements, a stride of 1 and a padding of 1 leave 0");
}
