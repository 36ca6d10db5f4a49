#include <array>

#include "kernels/extreme.hpp"
#include "kernels/softmax.hpp"
#include "kernels/sum.hpp"
#include "laid_out.hpp"
#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::LaidOut;

namespace {

/// A random choice of dimensions, as the kernel and as xtensor want it.
struct Choice {
  kernels::Axes gone{};
  std::vector<std::size_t> axes;
  Shape kept;

  Choice(std::mt19937& random, const Shape& shape) {
    for (std::size_t d = 0; d < shape.size(); ++d) {
      gone[d] = random() % 2 == 0;
      if (gone[d]) axes.push_back(d);
      if (!gone[d]) kept.push_back(shape[d]);
    }
  }
};

std::vector<double> summed(const LaidOut& in, const Choice& choice) {
  // xtensor's reducers do not expect an empty axis.
  if (in.layout().numel() == 0) {
    return std::vector<double>(static_cast<std::size_t>(numel(choice.kept)), 0.0);
  }
  if (choice.axes.empty()) return test::listed(in.values());
  const xt::xarray<double> values = in.values();
  const xt::xarray<double> totals = xt::sum(values, choice.axes);
  return test::listed(totals);
}

Tensor tensor_of(const xt::xarray<double>& x) {
  Shape shape;
  for (const std::size_t size : x.shape()) shape.push_back(static_cast<std::int64_t>(size));
  return Tensor::from_vector(test::listed(x), shape);
}

}  // namespace

TEST_CASE("sum agrees with xtensor over any dimensions in any layout", "[kernels][sum]") {
  std::mt19937 random(5);
  for (const DType dtype : {boolean, uint8, int32, int64, float32, float64}) {
    DYNAMIC_SECTION(name_of(dtype)) {
      for (int trial = 0; trial < 300; ++trial) {
        const Shape shape = test::random_shape(random);
        const Choice choice(random, shape);
        LaidOut in(random, dtype, shape, LaidOut::Repeats::some);
        INFO("shape " << to_string(shape) << ", strides " << to_string(in.layout().strides()));
        // Exact: halves of small integers.
        const Tensor totals = zeros(choice.kept, {.dtype = is_floating(dtype) ? dtype : int64});
        kernels::sum(kernels::ref(totals), in.ref(), choice.gone);
        CHECK(totals.to_vector<double>() == summed(in, choice));
      }
    }
  }
}

TEST_CASE("a mean is a sum divided by the number of elements", "[kernels][sum]") {
  std::mt19937 random(6);
  for (int trial = 0; trial < 50; ++trial) {
    const Shape shape = test::random_shape(random);
    const Choice choice(random, shape);
    if (numel(shape) == 0) continue;
    LaidOut in(random, float64, shape, LaidOut::Repeats::some);
    const Tensor means = zeros(choice.kept, {.dtype = float64});
    const double count =
        static_cast<double>(numel(shape)) / static_cast<double>(numel(choice.kept));
    kernels::sum(kernels::ref(means), in.ref(), choice.gone, count);
    std::vector<double> expected = summed(in, choice);
    for (double& x : expected) x /= count;
    CHECK(means.to_vector<double>() == expected);
  }
}

TEST_CASE("kernels along a dimension agree with xtensor in any layout", "[kernels][lines]") {
  std::mt19937 random(7);
  for (int trial = 0; trial < 150; ++trial) {
    const Shape shape = test::random_shape(random);
    if (shape.empty() || numel(shape) == 0) continue;
    const std::size_t dim = random() % shape.size();
    INFO("shape " << to_string(shape) << ", dim " << dim);
    Shape kept = shape;
    kept.erase(dim);
    LaidOut in(random, float64, shape, LaidOut::Repeats::some);
    LaidOut out(random, float64, shape, LaidOut::Repeats::no);
    const xt::xarray<double> x = in.values();
    const std::vector<std::size_t> axis{dim};

    const Tensor most = zeros(kept, {.dtype = float64});
    kernels::extreme<kernels::Largest>(kernels::ref(most), in.ref(), dim);
    const xt::xarray<double> expected_most = xt::amax(x, axis);
    CHECK(most.to_vector<double>() == test::listed(expected_most));

    const Tensor total = zeros(kept, {.dtype = float64});
    kernels::logsumexp(kernels::ref(total), in.ref(), dim);
    const xt::xarray<double> powers = xt::exp(x);
    const xt::xarray<double> sums = xt::sum(powers, axis);
    const xt::xarray<double> expected_total = xt::log(sums);
    CHECK(test::difference(total, tensor_of(expected_total), 1e-14, 1e-14) == "");

    // The totals again, with the dimension that they were taken over.
    xt::dynamic_shape<std::size_t> with_one(shape.begin(), shape.end());
    with_one[dim] = 1;
    xt::xarray<double> divisors = sums;
    divisors.reshape(with_one);
    const xt::xarray<double> expected = powers / divisors;
    kernels::softmax(out.ref(), in.ref(), dim);
    CHECK(test::difference(tensor_of(out.values()), tensor_of(expected), 1e-13, 0) == "");
    kernels::log_softmax(out.ref(), in.ref(), dim);
    const xt::xarray<double> expected_log = xt::log(expected);
    CHECK(test::difference(tensor_of(out.values()), tensor_of(expected_log), 1e-13, 1e-13) == "");
  }
}
