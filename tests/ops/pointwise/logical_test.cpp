#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::row;

namespace {

using Booleans = std::vector<bool>;
using Bytes = std::vector<std::uint8_t>;
using Ints = std::vector<std::int32_t>;

/// Whole numbers of [-20, 20].
Tensor whole(const Tensor& x) { return (x * 10).to(int64); }

}  // namespace

TEST_CASE("operations of bits aren't tracked", "[ops][table]") {
  const auto check_row = [](std::string_view name, test::BinaryFunction f) {
    std::vector<test::OpRow> both = row(name, f, -2, 2, false);
    both[0].refuses.clear();  // they are refused as float32 first
    test::check_rows(both);
  };
  check_row("bitwise_and",
            [](const Tensor& a, const Tensor& b) { return bitwise_and(whole(a), whole(b)); });
  check_row("bitwise_or",
            [](const Tensor& a, const Tensor& b) { return bitwise_or(whole(a), whole(b)); });
  check_row("bitwise_xor",
            [](const Tensor& a, const Tensor& b) { return bitwise_xor(whole(a), whole(b)); });
  check_row("bitwise_left_shift", [](const Tensor& a, const Tensor& b) {
    return bitwise_left_shift(whole(a), whole(b));
  });
  check_row("bitwise_right_shift", [](const Tensor& a, const Tensor& b) {
    return bitwise_right_shift(whole(a), whole(b));
  });
  test::check_rows({{.name = "bitwise_and",
                     .f = [](const test::Tensors& x) { return whole(x[0]) & whole(x[0]); },
                     .inputs = {{{2, 3}}},
                     .empty_inputs = {{0, 3}},
                     .empty_result = {0, 3},
                     .refuses = {{"bitwise_and: float32 elements; needs integers or booleans",
                                  [] { (void)(ones({2}) & ones({2})); }}},
                     .differentiable = false},
                    {.name = "bitwise_not",
                     .f = [](const test::Tensors& x) { return ~whole(x[0]); },
                     .inputs = {{{2, 3}}},
                     .empty_inputs = {{0, 3}},
                     .empty_result = {0, 3},
                     .refuses = {{"bitwise_not: float32 elements", [] { (void)~ones({2}); }}},
                     .differentiable = false}});
}

TEST_CASE("logic takes any type, and what isn't 0 for true", "[ops][logical]") {
  const Tensor a = tensor({0.0, 0.0, 2.0, std::numeric_limits<double>::quiet_NaN()});
  const Tensor b = tensor({0, 3, 0, -1});
  CHECK(logical_and(a, b).to_vector<bool>() == Booleans{false, false, false, true});
  CHECK(logical_or(a, b).to_vector<bool>() == Booleans{false, true, true, true});
  CHECK(logical_xor(a, b).to_vector<bool>() == Booleans{false, true, true, false});
  CHECK(logical_not(a).to_vector<bool>() == Booleans{true, true, false, false});
  CHECK((!b).to_vector<bool>() == Booleans{true, false, true, false});
}

TEST_CASE("masks are joined by operators", "[ops][logical]") {
  const Tensor x = tensor({-1, 0, 1, 2});
  const Tensor low = x > -1;
  const Tensor high = x < 2;
  CHECK((low & high).to_vector<bool>() == Booleans{false, true, true, false});
  CHECK((low | high).to_vector<bool>() == Booleans{true, true, true, true});
  CHECK((low ^ high).to_vector<bool>() == Booleans{true, false, false, true});
  CHECK((~low).to_vector<bool>() == Booleans{true, false, false, false});
  CHECK((low & true).to_vector<bool>() == Booleans{false, true, true, true});
  CHECK((true ^ low).to_vector<bool>() == Booleans{true, false, false, false});
  CHECK((low & high).dtype() == boolean);
}

TEST_CASE("bits of integers are those of C++", "[ops][logical]") {
  const Ints a{-7, 12, 1 << 30, 0};
  const Ints b{5, 10, -1, 3};
  const Tensor p = Tensor::from_vector(Ints(a));
  const Tensor q = Tensor::from_vector(Ints(b));
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK((p & q).to_vector<std::int32_t>()[i] == (a[i] & b[i]));
    CHECK((p | q).to_vector<std::int32_t>()[i] == (a[i] | b[i]));
    CHECK((p ^ q).to_vector<std::int32_t>()[i] == (a[i] ^ b[i]));
    CHECK((~p).to_vector<std::int32_t>()[i] == ~a[i]);
    CHECK((p & 6).to_vector<std::int32_t>()[i] == (a[i] & 6));
    CHECK((6 | p).to_vector<std::int32_t>()[i] == (6 | a[i]));
  }
  CHECK((tensor({200}, {.dtype = uint8}) | tensor({7}, {.dtype = int32})).dtype() == int32);
  CHECK((~tensor({200}, {.dtype = uint8})).to_vector<std::uint8_t>() == Bytes{55});
  CHECK_THROWS_AS(p & 1.5, DTypeError);
  CHECK_THROWS_AS(tensor({1}, {.dtype = uint8}) & 300, DTypeError);
}

TEST_CASE("shifts move bits, and all of them out beyond their number", "[ops][logical]") {
  const Tensor x = tensor({5, -5, 5, -5, 5, -5}, {.dtype = int32});
  const Tensor by = tensor({1, 1, 40, 40, -1, -1}, {.dtype = int32});
  CHECK(bitwise_left_shift(x, by).to_vector<std::int32_t>() == Ints{10, -10, 0, 0, 0, 0});
  CHECK(bitwise_right_shift(x, by).to_vector<std::int32_t>() == Ints{2, -3, 0, -1, 0, -1});
  CHECK(bitwise_left_shift(tensor({5}), 63).item<std::int64_t>() ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(equal(x << by, bitwise_left_shift(x, by)));
  CHECK(equal(x >> by, bitwise_right_shift(x, by)));
  CHECK((x << 2).to_vector<std::int32_t>() == Ints{20, -20, 20, -20, 20, -20});
  CHECK((x >> 1).to_vector<std::int32_t>() == Ints{2, -3, 2, -3, 2, -3});
  CHECK(bitwise_left_shift(1, tensor({4})).item<std::int64_t>() == 16);
  CHECK(bitwise_right_shift(256, tensor({4})).item<std::int64_t>() == 16);
  CHECK(bitwise_left_shift(tensor({129}, {.dtype = uint8}), 1).item<std::uint8_t>() == 2);
  for (const auto& [dtype, bits] :
       {std::pair{uint8, 8}, std::pair{int32, 32}, std::pair{int64, 64}}) {
    const Tensor three = full({1}, 3, {.dtype = dtype});
    CHECK(bitwise_left_shift(three, bits).item<std::int64_t>() == 0);
    CHECK(bitwise_right_shift(three, bits).item<std::int64_t>() == 0);
  }
  CHECK_THROWS_AS(bitwise_left_shift(x == 5, x == 5), DTypeError);
  CHECK_THROWS_AS(bitwise_right_shift(ones({1}), 1), DTypeError);
}
