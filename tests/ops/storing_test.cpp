// Numbers that an element type doesn't hold are refused wherever a number is stored, in the name of
// the operation, with the number and the range.
#include <cmath>
#include <functional>
#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Refusal {
  std::string message;
  std::function<void()> call;
};

void check_refusals(const std::vector<Refusal>& refusals) {
  for (const Refusal& r : refusals) CHECK(error_of<DTypeError>(r.call) == r.message);
}

Tensor bytes() { return tensor({3, 200}, {.dtype = uint8}); }

const std::string in_byte = " doesn't fit uint8, which holds 0 to 255";
const std::string in_int = " doesn't fit int32, which holds -2147483648 to 2147483647";

}  // namespace

TEST_CASE("what makes a tensor refuses a number that doesn't fit", "[numbers]") {
  const TensorOptions byte{.dtype = uint8};
  check_refusals({
      {"full: 300" + in_byte, [&] { full({2}, 300, byte); }},
      {"full: -1" + in_byte, [&] { full({2}, -1, byte); }},
      {"full: 256.5" + in_byte, [&] { full({2}, 256.5, byte); }},
      {"full: nan" + in_byte, [&] { full({2}, not_a_number, byte); }},
      {"full: inf" + in_int, [&] { full({2}, inf, {.dtype = int32}); }},
      {"Scalar: 1e+4000 doesn't fit float64, which reaches 1.7976931348623157e+308",
       [&] { full({2}, 1e4000L, {.dtype = float64}); }},
      {"full_like: 256" + in_byte, [&] { full_like(bytes(), 256); }},
      {"tensor: 300" + in_byte,
       [&] {
         tensor({{1, 2}, {3, 300}}, byte);
       }},
      {"tensor: element [1]: 300" + in_byte,
       [&] {
         tensor(std::vector<std::int64_t>{1, 300}, byte);
       }},
      {"tensor: element [0]: nan" + in_int,
       [&] { tensor(std::vector<float>{std::nanf("")}, {.dtype = int32}); }},
      {"arange: 1e+30 doesn't fit int64, which holds -9223372036854775808 to 9223372036854775807",
       [&] { arange(0, 1e30, 1e29, {.dtype = int64}); }},
      {"linspace: element [2]: 300" + in_byte, [&] { linspace(0, 300, 3, byte); }},
      {"linspace: element [1]: 1e+39 doesn't fit float32, which holds -3.4028235e+38 to "
       "3.4028235e+38",
       [&] { linspace(0, 1e39, 2); }},
      {"Scalar: 18446744073709551615 doesn't fit int64, which holds -9223372036854775808 to "
       "9223372036854775807",
       [&] { full({}, std::numeric_limits<std::uint64_t>::max()); }},
  });
  CHECK(
      contains(error_of<DTypeError>([&] { full({}, 1e300); }), "full: 1e+300 doesn't fit float32"));
}

TEST_CASE("what changes a tensor in place refuses a number that doesn't fit", "[numbers]") {
  Tensor x = bytes();
  check_refusals({
      {"fill_: 300" + in_byte, [&] { x.fill_(300); }},
      {"add_: 300" + in_byte, [&] { x += 300; }},
      {"sub_: -1" + in_byte, [&] { x -= -1; }},
      {"mul_: 256" + in_byte, [&] { x *= 256; }},
  });
  CHECK(x.to_vector<std::uint8_t>() == std::vector<std::uint8_t>{3, 200});
  CHECK(x.version() == bytes().version());
  Tensor y = ones({2});
  CHECK(contains(error_of<DTypeError>([&] { uniform_(y, 1e300, 1e300); }), "uniform_: 1e+300"));
  CHECK(contains(error_of<DTypeError>([&] { normal_(y, 1e300, 0); }), "normal_: 1e+300"));
}

TEST_CASE("arithmetic refuses a number that the type of its result doesn't hold", "[numbers]") {
  const Tensor x = bytes();
  check_refusals({
      {"add: 300" + in_byte, [&] { x + 300; }},
      {"add: 300" + in_byte, [&] { 300 + x; }},
      {"sub: -1" + in_byte, [&] { x - -1; }},
      {"sub: 256" + in_byte, [&] { 256 - x; }},
      {"mul: 4294967296" + in_int, [&] { tensor({1}, {.dtype = int32}) * (1LL << 32); }},
      {"pow: 300" + in_byte, [&] { pow(x, 300); }},
      {"pow: 300" + in_byte, [&] { pow(300, x); }},
      {"where: 300" + in_byte, [&] { where(x == 3, x, 300); }},
      {"where: -1" + in_byte, [&] { where(x == 3, -1, x); }},
      {"clamp: 300" + in_byte, [&] { clamp(x, 300, 400); }},
      {"clamp_min: 256" + in_byte, [&] { clamp_min(x, 256); }},
      {"clamp_max: -1" + in_byte, [&] { clamp_max(x, -1); }},
  });
  CHECK(
      contains(error_of<DTypeError>([&] { ones({1}) * 1e39; }), "mul: 1e+39 doesn't fit float32"));
}

TEST_CASE("what comes out of a tensor as a C++ number fits it, or is refused", "[numbers]") {
  check_refusals({
      {"item: 10000000000" + in_int, [] { full({}, 1e10).item<std::int32_t>(); }},
      {"item: -1" + in_byte, [] { tensor(-1).item<std::uint8_t>(); }},
      {"item: nan" + in_int, [] { full({}, not_a_number).item<std::int32_t>(); }},
      {"to_vector: element [1, 0]: 300" + in_byte,
       [] {
         tensor({{1, 2}, {300, 3}}).to_vector<std::uint8_t>();
       }},
  });
  CHECK(contains(error_of<DTypeError>([] { full({}, 1e300, {.dtype = float64}).item<float>(); }),
                 "item: 1e+300"));
  CHECK(full({}, -2.7).item<std::int32_t>() == -2);
  CHECK(full({}, 255.9).item<std::uint8_t>() == 255);
  CHECK(full({}, -0.9).item<std::uint8_t>() == 0);
  CHECK(full({}, -0x1p63, {.dtype = float64}).item<std::int64_t>() ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(std::isinf(full({}, inf, {.dtype = float64}).item<float>()));
  CHECK(full({}, not_a_number).item<bool>());
}

TEST_CASE("a number at the very end of a type's range is stored", "[numbers]") {
  using Int64 = std::numeric_limits<std::int64_t>;
  CHECK(full({}, 255, {.dtype = uint8}).item<int>() == 255);
  CHECK(full({}, 255.99, {.dtype = uint8}).item<int>() == 255);
  CHECK(full({}, -2147483648.9, {.dtype = int32}).item<std::int64_t>() == -2147483648LL);
  CHECK(full({}, 2147483647.9, {.dtype = int32}).item<std::int64_t>() == 2147483647);
  CHECK(full({}, Int64::max()).item<std::int64_t>() == Int64::max());
  CHECK(full({}, Int64::min()).item<std::int64_t>() == Int64::min());
  const double largest = std::numeric_limits<float>::max();
  CHECK(full({}, largest).item<float>() == std::numeric_limits<float>::max());
  // Less than half a unit above the largest float rounds to it; half a unit would give infinity.
  CHECK(full({}, std::nextafter(0x1.ffffffp127, 0)).item<float>() ==
        std::numeric_limits<float>::max());
  CHECK_THROWS_AS(full({}, 0x1.ffffffp127), DTypeError);
  CHECK_THROWS_AS(full({}, 0x1p63, {.dtype = int64}), DTypeError);
  CHECK_THROWS_AS(full({}, std::nextafter(-0x1p63, -inf), {.dtype = int64}), DTypeError);
}

TEST_CASE("a number beside integers isn't cut before a true division", "[numbers]") {
  const Tensor byte = tensor({3}, {.dtype = uint8});
  CHECK((byte / -1).item<float>() == -3);
  CHECK((300 / byte).item<float>() == 100);
  CHECK((tensor({3}, {.dtype = int32}) / (1LL << 32)).item<float>() == 0x3p-32f);
  CHECK((tensor({true}) / 4).item<float>() == 0.25f);
  CHECK((tensor(3, {.dtype = uint8}) / -1).item<float>() == -3);
  CHECK((byte / -1).dtype() == float32);
}

TEST_CASE("limits of clamp keep every digit, and reach as far as they must", "[numbers]") {
  const std::int64_t odd = 9007199254740993;  // 2^53 + 1
  CHECK(clamp(tensor({odd}), 0, odd).item<std::int64_t>() == odd);
  CHECK(clamp(tensor({odd + 2}), 0, odd).item<std::int64_t>() == odd);
  CHECK(clamp_min(tensor({std::int64_t{0}}), odd).item<std::int64_t>() == odd);
  CHECK(clamp_max(tensor({odd + 2}), odd).item<std::int64_t>() == odd);
  CHECK(clamp(bytes(), -5, 300).to_vector<int>() == std::vector<int>{3, 200});
  CHECK(clamp_max(bytes(), 1LL << 40).to_vector<int>() == std::vector<int>{3, 200});
  CHECK(clamp(full({1}, 2.0), -1e300, 1e300).item<float>() == 2);
}

TEST_CASE("powers of integers have no negative exponent, in any type", "[numbers]") {
  for (const DType dtype : {uint8, int32, int64}) {
    const Tensor x = tensor({3, 200}, {.dtype = dtype});
    CHECK(contains(error_of<DTypeError>([&] { pow(x, -1); }), "to the negative integer power -1"));
    CHECK(contains(error_of<DTypeError>([&] { pow(x, tensor(-1)); }), "negative integer power -1"));
    CHECK(contains(error_of<DTypeError>([&] { pow(x, tensor({1, -2})); }), "integer power -2"));
    CHECK(contains(error_of<DTypeError>([&] { pow(2, -x.to(int32)); }), "integer power -3"));
  }
  CHECK(contains(error_of<DTypeError>([] { pow(tensor({true}), -1); }), "integer power -1"));
  CHECK(pow(tensor({2}, {.dtype = uint8}), -1.0).item<float>() == 0.5f);
}
