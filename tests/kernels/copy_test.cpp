#include "kernels/copy.hpp"

#include <cmath>

#include "laid_out.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::LaidOut;

namespace {

constexpr DType all_types[] = {boolean, uint8, int32, int64, float32, float64};

/// What a small number becomes in another type: integers wrap around, floats saturate.
double converted(double x, DType from, DType to) {
  if (to == boolean) return x != 0;
  if (is_floating(to)) return x;
  const double whole = std::trunc(x);
  if (to != uint8 || whole >= 0) return whole;
  return is_floating(from) ? 0 : whole + 256;
}

}  // namespace

TEST_CASE("copy moves and converts between any two layouts and types", "[kernels][copy]") {
  std::mt19937 random(1);
  for (const DType from : all_types) {
    for (const DType to : all_types) {
      DYNAMIC_SECTION(name_of(from) << " to " << name_of(to)) {
        for (int trial = 0; trial < 40; ++trial) {
          const Shape shape = test::random_shape(random);
          INFO("shape " << to_string(shape));
          LaidOut in(random, from, shape, LaidOut::Repeats::some);
          LaidOut out(random, to, shape, LaidOut::Repeats::no);
          std::vector<double> expected = test::listed(in.values());
          for (double& x : expected) x = converted(x, from, to);
          kernels::copy(out.ref(), in.ref());
          CHECK(test::listed(out.values()) == expected);
        }
      }
    }
  }
}

TEST_CASE("fill reaches every element and no other", "[kernels][copy]") {
  std::mt19937 random(2);
  for (const DType dtype : all_types) {
    const Tensor field = ones({5, 6}, {.dtype = dtype});
    kernels::fill(kernels::ref(field.slice(1, 1, 6, 2)), 0);
    CHECK(field.to_vector<double>()[0] == 1);
    CHECK(sum(field).item<double>() == 15);
    LaidOut out(random, dtype, {3, 4, 5}, LaidOut::Repeats::no);
    kernels::fill(out.ref(), 1);
    CHECK(test::listed(out.values()) == std::vector<double>(60, 1));
  }
}
