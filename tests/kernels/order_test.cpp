// Order and places against loops, in layouts of every kind.
#include "kernels/order.hpp"

#include <algorithm>
#include <numeric>

#include "laid_out.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::LaidOut;
using Ints = std::vector<std::int64_t>;

TEST_CASE("order and ranks agree with a stable sort in any layout", "[kernels][order]") {
  std::mt19937 random(21);
  for (const DType dtype : {int64, float32, float64}) {
    for (int trial = 0; trial < 60; ++trial) {
      const Shape shape = test::random_shape(random);
      if (shape.empty() || numel(shape) == 0) continue;
      const std::size_t dim = random() % shape.size();
      const bool descending = random() % 2 == 0;
      LaidOut in(random, dtype, shape, LaidOut::Repeats::some);
      const Tensor x = Tensor::from_vector(test::listed(in.values()), shape);
      const auto d = static_cast<std::int64_t>(dim);
      const std::int64_t n = shape[dim];
      Shape part = shape;
      part[dim] = 1 + static_cast<std::int64_t>(random() % static_cast<std::size_t>(n));
      const Tensor places = empty(part, {.dtype = int64});
      kernels::order(kernels::ref(places), in.ref(), dim, descending);
      Shape others = shape;
      others.erase(dim);
      const Tensor kth = empty(others, {.dtype = int64});
      const std::int64_t k = part[dim] - 1;
      kernels::index_of_kth(kernels::ref(kth), in.ref(), dim, k);
      INFO("shape " << to_string(shape) << ", dim " << dim << ", descending " << descending);
      const auto lines = [&](const Tensor& t) {
        return t.transpose(d, -1).reshape({numel(others), t.size(d)});
      };
      const Tensor x_lines = lines(x);
      const Tensor place_lines = lines(places);
      const Tensor kth_line = kth.unsqueeze(d).transpose(d, -1).reshape({numel(others)});
      for (std::int64_t i = 0; i < numel(others); ++i) {
        const std::vector<double> line = x_lines.select(0, i).to_vector<double>();
        Ints expected(line.size());
        std::iota(expected.begin(), expected.end(), 0);
        const auto value = [&](std::int64_t j) { return line[static_cast<std::size_t>(j)]; };
        std::stable_sort(expected.begin(), expected.end(),
                         [&](std::int64_t a, std::int64_t b) { return value(a) < value(b); });
        CHECK(kth_line.select(0, i).item<std::int64_t>() == expected[static_cast<std::size_t>(k)]);
        if (descending) {
          std::iota(expected.begin(), expected.end(), 0);
          std::stable_sort(expected.begin(), expected.end(),
                           [&](std::int64_t a, std::int64_t b) { return value(a) > value(b); });
        }
        expected.resize(static_cast<std::size_t>(part[dim]));
        CHECK(place_lines.select(0, i).to_vector<std::int64_t>() == expected);
      }
    }
  }
}

TEST_CASE("places of what holds are counted row by row in any layout", "[kernels][order]") {
  std::mt19937 random(22);
  for (int trial = 0; trial < 100; ++trial) {
    LaidOut in(random, boolean, test::random_shape(random), LaidOut::Repeats::some);
    Ints expected;
    const std::vector<double> values = test::listed(in.values());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] != 0) expected.push_back(static_cast<std::int64_t>(i));
    }
    REQUIRE(kernels::count_true(in.ref()) == static_cast<std::int64_t>(expected.size()));
    const Tensor places = empty({static_cast<std::int64_t>(expected.size())}, {.dtype = int64});
    kernels::places_of_true(kernels::ref(places), in.ref());
    CHECK(places.to_vector<std::int64_t>() == expected);
  }
}
