// Integer arithmetic wraps around modulo 2^bits, and so do integers that become another type;
// floats saturate there. Expected values come from unsigned arithmetic in a type twice as wide.
#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;

namespace {

__extension__ using Wide = __int128;

/// The one value of T that differs from x by a multiple of 2^bits.
template <class T>
T wrapped(Wide x) {
  const Wide modulus = Wide{1} << (8 * sizeof(T));
  x %= modulus;
  if (x > std::numeric_limits<T>::max()) x -= modulus;
  if (x < std::numeric_limits<T>::min()) x += modulus;
  return static_cast<T>(x);
}

template <class T>
std::vector<T> extremes() {
  using Limits = std::numeric_limits<T>;
  return {Limits::min(),
          static_cast<T>(Limits::min() + 1),
          0,
          1,
          3,
          100,
          static_cast<T>(Limits::max() - 1),
          Limits::max()};
}

template <class T>
void check_arithmetic() {
  const std::vector<T> values = extremes<T>();
  const Tensor x = tensor(values);
  for (const T b : values) {
    std::vector<T> sums, differences, products, negatives, squares, sizes;
    for (const T a : values) {
      const Wide v = a;
      const Wide w = b;
      sums.push_back(wrapped<T>(v + w));
      differences.push_back(wrapped<T>(v - w));
      products.push_back(wrapped<T>(v * w));
      negatives.push_back(wrapped<T>(-v));
      squares.push_back(wrapped<T>(v * v));
      sizes.push_back(wrapped<T>(v < 0 ? -v : v));
    }
    CHECK((x + b).template to_vector<T>() == sums);
    CHECK((x - b).template to_vector<T>() == differences);
    CHECK((x * b).template to_vector<T>() == products);
    CHECK((-x).template to_vector<T>() == negatives);
    CHECK(square(x).template to_vector<T>() == squares);
    CHECK(abs(x).template to_vector<T>() == sizes);
    Tensor y = x.clone();
    CHECK((y += b).template to_vector<T>() == sums);
  }
  for (int exponent = 0; exponent <= 70; ++exponent) {
    std::vector<T> powers;
    for (const T a : values) {
      T power = 1;
      for (int i = 0; i < exponent; ++i) power = wrapped<T>(Wide{power} * a);
      powers.push_back(power);
    }
    CHECK(pow(x, exponent).template to_vector<T>() == powers);
  }
}

}  // namespace

TEST_CASE("sums, products, powers and signs of integers wrap around", "[numbers]") {
  check_arithmetic<std::uint8_t>();
  check_arithmetic<std::int32_t>();
  check_arithmetic<std::int64_t>();
}

TEST_CASE("sums of many integers wrap around", "[numbers]") {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Tensor x = tensor({{most, most, most}, {most, most, most}});
  CHECK(sum(x).item<std::int64_t>() == wrapped<std::int64_t>(Wide{6} * most));
  CHECK(sum(x, 0).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>(3, wrapped<std::int64_t>(Wide{2} * most)));
  CHECK(sum(full({1, 4}, most).expand({4, 4})).item<std::int64_t>() ==
        wrapped<std::int64_t>(Wide{16} * most));
  CHECK(matmul(x, x.t()).select(0, 0).select(0, 0).item<std::int64_t>() ==
        wrapped<std::int64_t>(wrapped<std::int64_t>(Wide{most} * most) * Wide{3}));
}

TEST_CASE("integers that are added at indices wrap around", "[numbers]") {
  const std::int32_t most = std::numeric_limits<std::int32_t>::max();
  const Tensor x = full({2}, most, {.dtype = int32});
  const Tensor zero = tensor({0, 0});
  const std::vector<std::int32_t> right{wrapped<std::int32_t>(Wide{3} * most), most};
  CHECK(index_add(x, 0, zero, x).to_vector<std::int32_t>() == right);
  CHECK(scatter_add(x, 0, zero, x).to_vector<std::int32_t>() == right);
}

TEST_CASE("integers that become a smaller type wrap around", "[numbers]") {
  const std::vector<std::int64_t> values{-(1LL << 40) - 1, -1, 0, 255, 256, 300, (1LL << 32) + 7};
  std::vector<std::uint8_t> as_bytes;
  std::vector<std::int32_t> as_ints;
  for (const std::int64_t v : values) {
    as_bytes.push_back(wrapped<std::uint8_t>(v));
    as_ints.push_back(wrapped<std::int32_t>(v));
  }
  CHECK(tensor(values).to(uint8).to_vector<std::uint8_t>() == as_bytes);
  CHECK(tensor(values).to(int32).to_vector<std::int32_t>() == as_ints);
  Tensor target = zeros({7}, {.dtype = uint8});
  CHECK(target.copy_(tensor(values)).to_vector<std::uint8_t>() == as_bytes);
}

TEST_CASE("floats that become integers are cut towards zero, and saturate", "[numbers]") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const DType from : {float32, float64}) {
    const Tensor x = tensor({-inf, -1e30, -2.7, -0.5, 0.5, 2.7, 255.5, 300.0, 1e30, inf, inf - inf},
                            {.dtype = from});
    using Int = std::numeric_limits<std::int32_t>;
    using Long = std::numeric_limits<std::int64_t>;
    CHECK(x.to(uint8).to_vector<int>() ==
          std::vector<int>{0, 0, 0, 0, 0, 2, 255, 255, 255, 255, 0});
    CHECK(x.to(int32).to_vector<std::int32_t>() ==
          std::vector<std::int32_t>{Int::min(), Int::min(), -2, 0, 0, 2, 255, 300, Int::max(),
                                    Int::max(), 0});
    CHECK(x.to(int64).to_vector<std::int64_t>() ==
          std::vector<std::int64_t>{Long::min(), Long::min(), -2, 0, 0, 2, 255, 300, Long::max(),
                                    Long::max(), 0});
  }
  CHECK(full({}, 0x1p31).to(int32).item<std::int32_t>() == 2147483647);
  CHECK(full({}, -0x1p31).to(int32).item<std::int64_t>() == -2147483648LL);
}

TEST_CASE("the square of a boolean is an integer", "[numbers]") {
  const Tensor y = square(tensor({true, false}));  // as in PyTorch 2.13
  CHECK(y.dtype() == int64);
  CHECK(y.to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 0});
}
