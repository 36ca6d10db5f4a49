// Scans against loops over the elements in row-major order, in layouts of every kind.
#include "kernels/scan.hpp"

#include <cmath>
#include <functional>

#include "laid_out.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using kernels::From;
using test::LaidOut;
using Doubles = std::vector<double>;

namespace {

/// Calls f(line) for each line of row-major `values` along `dim`; what it makes of the line is
/// written back.
Doubles by_lines(Doubles values, const Shape& shape, std::size_t dim,
                 const std::function<void(Doubles&)>& f) {
  std::size_t step = 1;
  for (std::size_t d = dim + 1; d < shape.size(); ++d) step *= static_cast<std::size_t>(shape[d]);
  const auto n = static_cast<std::size_t>(shape[dim]);
  for (std::size_t first = 0; first < values.size(); ++first) {
    if (first / step % n != 0) continue;
    Doubles line(n);
    for (std::size_t i = 0; i < n; ++i) line[i] = values[first + i * step];
    f(line);
    for (std::size_t i = 0; i < n; ++i) values[first + i * step] = line[i];
  }
  return values;
}

void check(const std::function<void(kernels::Ref, kernels::Ref, std::size_t)>& kernel,
           const std::function<void(Doubles&)>& loop, DType out, const std::vector<DType>& types) {
  std::mt19937 random(11);
  for (const DType dtype : types) {
    for (int trial = 0; trial < 60; ++trial) {
      const Shape shape = test::random_shape(random);
      if (shape.empty() || numel(shape) == 0) continue;
      const std::size_t dim = random() % shape.size();
      LaidOut in(random, dtype, shape, LaidOut::Repeats::some);
      const Tensor y = empty(shape, {.dtype = out == boolean ? dtype : out});
      kernel(kernels::ref(y), in.ref(), dim);
      INFO("shape " << to_string(shape) << ", dim " << dim);
      CHECK(y.to_vector<double>() == by_lines(test::listed(in.values()), shape, dim, loop));
    }
  }
}

const std::vector<DType> all_types{int64, float32, float64};

}  // namespace

TEST_CASE("sums up to each element agree with a loop", "[kernels][scan]") {
  check([](auto out, auto in, auto dim) { kernels::cumsum(out, in, dim, From::begin); },
        [](Doubles& x) {
          for (std::size_t i = 1; i < x.size(); ++i) x[i] += x[i - 1];
        },
        boolean, all_types);
  check([](auto out, auto in, auto dim) { kernels::cumsum(out, in, dim, From::end); },
        [](Doubles& x) {
          for (std::size_t i = x.size() - 1; i > 0; --i) x[i - 1] += x[i];
        },
        boolean, all_types);
}

TEST_CASE("a recurrence agrees with a loop", "[kernels][scan]") {
  check([](auto out, auto in, auto dim) { kernels::recurrence(out, in, in, dim, From::begin); },
        [](Doubles& x) {
          for (std::size_t i = 1; i < x.size(); ++i) x[i] += x[i] * x[i - 1];
        },
        boolean, {float64});
}

TEST_CASE("places of running extremes agree with a loop", "[kernels][scan]") {
  check(
      kernels::index_of_running_extreme<kernels::Largest>,
      [](Doubles& x) {
        std::size_t best = 0;
        const Doubles values = x;
        for (std::size_t i = 0; i < x.size(); ++i) {
          if (values[i] >= values[best]) best = i;
          x[i] = static_cast<double>(best);
        }
      },
      int64, all_types);
}
