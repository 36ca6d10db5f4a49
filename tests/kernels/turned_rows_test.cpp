#include "kernels/turned_rows.hpp"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "numbered.hpp"
#include "support/catch.hpp"
#include "support/cut.hpp"

using namespace tapegrad;

namespace {

template <class T>
void check(DType dtype) {
  for (const std::int64_t k : {2, 8, 9, 63, 64, 65, 130}) {
    for (const std::int64_t m : {2, 8, 31, 33, 70}) {
      for (const std::int64_t n : {1, 3}) {
        CAPTURE(n, m, k, sizeof(T));
        const Dims rows{m * k, k, 1};
        const Dims turned{m * k, 1, m};
        const Dims turned_outside{1, n * k, n};  // as it lies along dimension 0
        const auto right = [&](const Dims& a, const Dims& b) {
          return test::maps_right<T>(dtype, {n, m, k}, a, b);
        };
        CHECK(right(turned, turned));
        CHECK(right(rows, turned));
        CHECK(right(turned, rows));
        CHECK(right(turned, {0, 1, 2 * m}));  // with gaps, one matrix for all
        CHECK(right({0, 0, 1}, turned));      // one row for all
        CHECK(right(turned, {1, 0, 0}));      // an element for each matrix
        CHECK(right(turned, {m, 1, 0}));      // an element for each row
        CHECK(right(turned_outside, turned_outside));
        CHECK(right(turned_outside, turned));  // each along a dimension of its own
      }
    }
  }
}

}  // namespace

TEST_CASE("inputs that lie along another dimension are turned over block by block",
          "[kernels][map]") {
  const auto [threads, grain] = GENERATE(std::pair{1, 1 << 15}, std::pair{3, 100});
  const test::Cut cut(threads, grain);
  check<float>(float32);
  check<double>(float64);
}

TEST_CASE("not each input that lies so is turned over", "[kernels][map]") {
  std::array<std::byte*, 2> start{};
  const auto runs = [&](std::int64_t k, std::int64_t m, const std::vector<std::int64_t>& strides) {
    const std::array<std::int64_t, 2> sizes{k, m};
    std::int64_t calls = 0;
    // Nothing is written, nothing read but what is turned.
    std::vector<float> memory(static_cast<std::size_t>(2 * k * m));
    start.fill(reinterpret_cast<std::byte*>(memory.data()));
    const bool ran = kernels::run_turned_rows(
        {start.data(), 2, sizeof(float), sizes.data(), strides.data(), 2}, &calls,
        [](const void* count, std::byte*, const std::byte* const*, const std::int64_t*,
           std::int64_t) { ++*static_cast<std::int64_t*>(const_cast<void*>(count)); });
    return std::pair{ran, calls};
  };
  const test::Cut serial(1, 1 << 15);
  // Strides of out and input along dimension 0, then along the other.
  CHECK(runs(64, 64, {1, 64, 64, 1}) == std::pair{true, std::int64_t{64}});
  CHECK(runs(7, 64, {1, 64, 7, 1}).first == false);     // narrow
  CHECK(runs(64, 7, {1, 7, 64, 1}).first == false);     // low
  CHECK(runs(64, 64, {1, 1, 64, 64}).first == false);   // lies as out does
  CHECK(runs(64, 64, {2, 64, 128, 1}).first == false);  // out has gaps
  CHECK(runs(64, 64, {1, 0, 64, 1}).first == false);    // an element for each row
}
