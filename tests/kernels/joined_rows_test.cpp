#include "kernels/joined_rows.hpp"

#include <cstdint>
#include <utility>

#include "numbered.hpp"
#include "support/catch.hpp"
#include "support/cut.hpp"

using namespace tapegrad;

namespace {

template <class T>
void check(DType dtype) {
  for (const std::int64_t k : {2, 7, 8, 33, 100, 255, 256, 257, 512, 513}) {
    for (const std::int64_t m : {2, 3, 4, 5, 21, 130}) {
      for (const std::int64_t n : {1, 3}) {
        CAPTURE(n, m, k, sizeof(T));
        const auto right = [&](const Dims& strides) {
          return test::maps_right<T>(dtype, {n, m, k}, {m * k, k, 1}, strides);
        };
        CHECK(right({0, 0, 1}));      // one row for all
        CHECK(right({k, 0, 1}));      // a row for each matrix
        CHECK(right({m, 1, 0}));      // an element for each row
        CHECK(right({0, 3, 0}));      // the same, with gaps
        CHECK(right({1, 0, 0}));      // an element for each matrix
        CHECK(right({0, k, 1}));      // a matrix for all
        CHECK(right({0, 2 * k, 2}));  // nothing that fits
      }
    }
  }
}

}  // namespace

TEST_CASE("short rows of which an input repeats are computed several at a time", "[kernels][map]") {
  const auto [threads, grain] = GENERATE(std::pair{1, 1 << 15}, std::pair{3, 100});
  const test::Cut cut(threads, grain);
  check<float>(float32);
  check<double>(float64);
}
