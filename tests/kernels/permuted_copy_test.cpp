// Copies between arrays whose dimensions lie in different orders, against a loop over all indices.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/parallel.hpp"
#include "support/catch.hpp"
#include "support/cut.hpp"
#include "support/sanitized.hpp"

namespace tapegrad {
namespace {

constexpr DType all_types[] = {boolean, uint8, int32, int64, float32, float64};

/// Dimensions lie in `order`, the last innermost with its elements `gap` apart.
Layout laid(const Shape& shape, const std::vector<std::size_t>& order, std::int64_t gap) {
  Strides strides(shape.size(), 0);
  std::int64_t room = gap;
  for (std::size_t k = order.size(); k-- > 0;) {
    strides[order[k]] = room;
    room *= shape[order[k]];
  }
  return Layout(shape, strides, 0);
}

std::size_t place(const Layout& layout, const Dims& index) {
  std::int64_t at = 0;
  for (std::size_t d = 0; d < index.size(); ++d) at += index[d] * layout.strides()[d];
  return static_cast<std::size_t>(at);
}

struct alignas(64) Line {
  std::byte bytes[64] = {};
};

/// Zeros on cache lines, with two lines before and behind that nobody may touch.
struct Array {
  Array(DType type, const Layout& where)
      : dtype(type),
        layout(where),
        lines(5 + static_cast<std::size_t>(where.extent("test")) * size_of(type) / 64) {}
  kernels::Ref ref() { return {dtype, lines[2].bytes, &layout}; }
  bool operator==(const Array& other) const {
    return std::memcmp(lines.data(), other.lines.data(), lines.size() * 64) == 0;
  }

  DType dtype;
  Layout layout;
  std::vector<Line> lines;
};

bool copies(DType dtype, const Layout& to, const Layout& from) {
  Array in(dtype, from), out(dtype, to), expected(dtype, to);
  dispatch(dtype, [&]<class T>(std::type_identity<T>) {
    for (std::int64_t i = 0; i < from.extent("test"); ++i) {
      in.ref().as<T>()[i] = static_cast<T>((i * 2654435761 >> 7) % 127 % (sizeof(T) + 1 + i % 99));
    }
    for (std::int64_t i = 0; i < to.numel(); ++i) {
      const Dims index = position(i, to.shape());
      expected.ref().as<T>()[place(to, index)] = in.ref().as<T>()[place(from, index)];
    }
  });
  kernels::copy(out.ref(), in.ref());
  return out == expected;
}

TEST_CASE("a copy turns matrices of all sizes", "[kernels][copy]") {
  const test::Cut cut(3, 100);
  for (const DType dtype : all_types) {
    for (const std::int64_t n : {1, 3, 7, 8, 16, 17, 63, 65, 515}) {
      for (const std::int64_t m : {1, 2, 5, 16, 33, 64, 67, 1100}) {
        if (test::sanitized && n * m > 20'000) continue;
        INFO(name_of(dtype) << " " << n << " x " << m);
        CHECK(copies(dtype, laid({n, m}, {0, 1}, 1), laid({n, m}, {1, 0}, 1)));
      }
    }
  }
}

TEST_CASE("a copy permutes the dimensions of any rank", "[kernels][copy]") {
  std::mt19937 random(3);
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  for (const int threads : {1, 2, 3, 7}) {
    const test::Cut cut(threads, threads == 1 ? 1 << 15 : 50);
    for (int trial = 0; trial < test::fewer(120, 20); ++trial) {
      const auto rank = static_cast<std::size_t>(pick(0, 8));
      Shape shape(rank, 1);
      std::int64_t room = 20'000;
      for (std::size_t d = 0; d < rank; ++d) {
        shape[d] = std::min(room, pick(0, 3) == 0 ? pick(1, 150) : pick(1, 7));
        room = std::max<std::int64_t>(1, room / shape[d]);
      }
      std::vector<std::size_t> order(rank);
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::shuffle(order.begin(), order.end(), random);
      const Layout to = laid(shape, order, pick(0, 3) == 0 ? 2 : 1);
      std::shuffle(order.begin(), order.end(), random);
      if (rank > 0 && pick(0, 3) == 0) order.pop_back();  // repeats one slice
      const Layout from = laid(shape, order, pick(0, 3) == 0 ? 3 : 1);
      const DType dtype = all_types[pick(0, 5)];
      INFO(name_of(dtype) << " " << to_string(shape) << " from " << to_string(from.strides())
                          << " to " << to_string(to.strides()));
      CHECK(copies(dtype, to, from));
    }
  }
}

TEST_CASE("a copy too large for the caches arrives whole", "[kernels][copy]") {
  const test::Cut cut(3);
  for (const std::int64_t n : {1040, 1043}) {  // whole cache lines, and not
    INFO(n);
    CHECK(copies(float32, laid({4112, n}, {0, 1}, 1), laid({4112, n}, {1, 0}, 1)));
  }
  CHECK(copies(float64, laid({7, 1043, 353}, {1, 0, 2}, 1), laid({7, 1043, 353}, {2, 0, 1}, 1)));
}

}  // namespace
}  // namespace tapegrad
