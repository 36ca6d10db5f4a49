#include "kernels/map.hpp"

#include "laid_out.hpp"
#include "support/catch.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::LaidOut;

namespace {

// Exact in float32: halves of small integers.
auto square_of(const auto& x) { return x * x; }
auto mixed(const auto& a, const auto& b, const auto& c) { return a * b - c; }

template <class T>
void check_map(DType dtype) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 150; ++trial) {
    const Shape shape = test::random_shape(random);
    INFO(name_of(dtype) << ", shape " << to_string(shape));
    LaidOut a(random, dtype, shape, LaidOut::Repeats::some);
    LaidOut b(random, dtype, shape, LaidOut::Repeats::some);
    LaidOut c(random, dtype, shape, LaidOut::Repeats::some);
    LaidOut out(random, dtype, shape, LaidOut::Repeats::no);

    kernels::map<T, T>([](const auto& x) { return square_of(x); }, {out.ref(), a.ref()});
    CHECK(test::listed(out.values()) == test::listed(square_of(a.values())));

    kernels::map<T, T, T, T>(
        [](const auto& x, const auto& y, const auto& z) { return mixed(x, y, z); },
        {out.ref(), a.ref(), b.ref(), c.ref()});
    CHECK(test::listed(out.values()) == test::listed(mixed(a.values(), b.values(), c.values())));
  }
}

}  // namespace

TEST_CASE("map agrees with xtensor in any layouts", "[kernels][map]") {
  check_map<float>(float32);
  check_map<double>(float64);
  check_map<std::int32_t>(int32);
}

TEST_CASE("map may write over an input that lies like its output", "[kernels][map]") {
  std::mt19937 random(4);
  for (int trial = 0; trial < 50; ++trial) {
    LaidOut x(random, float32, test::random_shape(random), LaidOut::Repeats::no);
    const std::vector<double> expected = test::listed(square_of(x.values()));
    kernels::map<float, float>([](const auto& v) { return square_of(v); }, {x.ref(), x.ref()});
    CHECK(test::listed(x.values()) == expected);
  }
}
