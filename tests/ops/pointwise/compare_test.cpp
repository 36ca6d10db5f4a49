// Comparisons are mathematically right between all types. The judge is long double, whose 64 bits
// hold every int64 and every double.
#include <cmath>
#include <limits>

#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

using namespace tapegrad;

namespace {

static_assert(std::numeric_limits<long double>::digits >= 64);

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t beyond_double = (std::int64_t{1} << 53) + 1;

/// Values of each type near the ends of its own and of the other types' exact ranges.
std::vector<Tensor> operands() {
  return {
      tensor({false, true}),
      tensor({0, 1, 44, 200, 255}, {.dtype = uint8}),
      tensor({-2147483647 - 1, -1, 0, 44, 300, 16777217, 2147483647}, {.dtype = int32}),
      tensor({least, -beyond_double, std::int64_t{-1}, std::int64_t{0}, std::int64_t{300},
              std::int64_t{16777217}, beyond_double, most}),
      tensor({-inf, -1.0, -0.0, 0.5, 44.0, 300.0, 16777216.0, 2147483648.0, 0x1p63, inf,
              not_a_number}),
      tensor({-inf, -0x1p63, -1.0, 0.5, 44.0, 300.0, 16777217.0, 2147483647.0, 0x1p53,
              std::nextafter(0x1p63, 0), 0x1p63, 1e300, inf, not_a_number},
             {.dtype = float64}),
  };
}

std::vector<long double> exact(const Tensor& x) {
  std::vector<long double> values;
  if (is_floating(x.dtype())) {
    for (const double v : x.to_vector<double>()) values.push_back(v);
  } else {
    for (const std::int64_t v : x.to_vector<std::int64_t>()) values.push_back(v);
  }
  return values;
}

struct Relation {
  const char* name;
  Tensor (*of_tensors)(const Tensor&, const Tensor&);
  Tensor (*with_number)(const Tensor&, Scalar);
  bool (*right)(long double, long double);
};

const Relation relations[] = {
    {"==", operator==, operator==, [](long double a, long double b) { return a == b; }},
    {"!=", operator!=, operator!=, [](long double a, long double b) { return a != b; }},
    {"<", operator<, operator<, [](long double a, long double b) { return a < b; }},
    {"<=", operator<=, operator<=, [](long double a, long double b) { return a <= b; }},
    {">", operator>, operator>, [](long double a, long double b) { return a > b; }},
    {">=", operator>=, operator>=, [](long double a, long double b) { return a >= b; }},
};

}  // namespace

TEST_CASE("an unsigned number from 2^63 on is refused, to compare with too", "[ops][comparison]") {
  const Tensor x = Tensor::from_vector<std::int64_t>({1, std::numeric_limits<std::int64_t>::max()});
  const std::uint64_t beyond = std::uint64_t{1} << 63;
  CHECK_THROWS_WITH(x < beyond, Catch::Contains("9223372036854775808 doesn't fit int64"));
  CHECK_THROWS_AS(x + beyond, DTypeError);
  CHECK((x < static_cast<double>(beyond)).to_vector<bool>() == std::vector<bool>{true, true});
  CHECK((x == beyond - 1).to_vector<bool>() == std::vector<bool>{false, true});
}

TEST_CASE("tensors of any two types compare as their values do", "[compare][numbers]") {
  for (const Relation& relation : relations) {
    for (const Tensor& a : operands()) {
      for (const Tensor& b : operands()) {
        CAPTURE(relation.name, name_of(a.dtype()), name_of(b.dtype()));
        std::vector<bool> right;
        for (const long double x : exact(a)) {
          for (const long double y : exact(b)) right.push_back(relation.right(x, y));
        }
        CHECK(relation.of_tensors(a.unsqueeze(1), b).to_vector<bool>() == right);
      }
    }
  }
}

TEST_CASE("a tensor of rank 0 is compared as exactly as any other", "[compare][numbers]") {
  const Tensor bytes = tensor({44, 200}, {.dtype = uint8});
  CHECK((bytes == tensor(300)).to_vector<bool>() == std::vector<bool>{false, false});
  CHECK((bytes < tensor(300)).to_vector<bool>() == std::vector<bool>{true, true});
  CHECK((bytes > tensor(-56)).to_vector<bool>() == std::vector<bool>{true, true});
}

TEST_CASE("a tensor compares with an integer as its values do", "[compare][numbers]") {
  for (const Relation& relation : relations) {
    for (const Tensor& a : operands()) {
      for (const std::int64_t b : {least, -beyond_double, std::int64_t{-1}, std::int64_t{0},
                                   std::int64_t{1}, std::int64_t{300}, std::int64_t{16777217},
                                   std::int64_t{2147483648}, beyond_double, most}) {
        CAPTURE(relation.name, name_of(a.dtype()), b);
        std::vector<bool> right;
        for (const long double x : exact(a)) {
          right.push_back(relation.right(x, static_cast<long double>(b)));
        }
        CHECK(relation.with_number(a, b).to_vector<bool>() == right);
      }
    }
  }
}

TEST_CASE("a tensor compares with a fraction, which float32 rounds as it rounds its elements",
          "[compare][numbers]") {
  for (const Relation& relation : relations) {
    for (const Tensor& a : operands()) {
      for (const double b :
           {-inf, -1e300, -0.5, 0.1, 43.5, 300.0, 0x1p53, 0x1p63, 1e300, inf, not_a_number}) {
        CAPTURE(relation.name, name_of(a.dtype()), b);
        const bool rounds = a.dtype() == float32 && std::abs(b) < 1e38;
        const long double y = rounds ? static_cast<float>(b) : b;
        std::vector<bool> right;
        for (const long double x : exact(a)) right.push_back(relation.right(x, y));
        CHECK(relation.with_number(a, b).to_vector<bool>() == right);
      }
    }
  }
  CHECK((full({}, 0.1) == 0.1).item<bool>());
}

TEST_CASE("a tensor of any type compares with a bool as with 0 or 1", "[compare][numbers]") {
  for (const Tensor& a : operands()) {
    std::vector<bool> right;
    for (const long double x : exact(a)) right.push_back(x == 1);
    CHECK((a == true).to_vector<bool>() == right);
  }
}

TEST_CASE("comparisons are not tracked", "[ops][table]") {
  test::check_rows(test::row(
      "eq", [](const Tensor& a, const Tensor& b) { return a == b; }, -2, 2, false));
  test::check_rows(test::row(
      "ne", [](const Tensor& a, const Tensor& b) { return a != b; }, -2, 2, false));
  test::check_rows(test::row(
      "lt", [](const Tensor& a, const Tensor& b) { return a < b; }, -2, 2, false));
  test::check_rows(test::row(
      "le", [](const Tensor& a, const Tensor& b) { return a <= b; }, -2, 2, false));
  test::check_rows(test::row(
      "gt", [](const Tensor& a, const Tensor& b) { return a > b; }, -2, 2, false));
  test::check_rows(test::row(
      "ge", [](const Tensor& a, const Tensor& b) { return a >= b; }, -2, 2, false));
}

TEST_CASE("a number on the left compares as it does on the right", "[ops][comparison]") {
  const Tensor x = tensor({1, 2, 3});
  CHECK((2 < x).to_vector<bool>() == std::vector<bool>{false, false, true});
  CHECK((2 <= x).to_vector<bool>() == std::vector<bool>{false, true, true});
  CHECK((2 > x).to_vector<bool>() == std::vector<bool>{true, false, false});
  CHECK((2.5 >= x).to_vector<bool>() == std::vector<bool>{true, true, false});
  CHECK((2 == x).to_vector<bool>() == std::vector<bool>{false, true, false});
  CHECK((2 != x).to_vector<bool>() == std::vector<bool>{true, false, true});
}
