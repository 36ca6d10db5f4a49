// What PyTorch 2.13 says, as tools/make_promotion_table.py printed it.
#include <array>
#include <string_view>

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

constexpr std::array<DType, 10> dtypes = {boolean, uint8,   int8,     int16,   int32,
                                          int64,   float16, bfloat16, float32, float64};
constexpr std::string_view letters = "bcasilhgfd";
using Table = std::array<std::string_view, 10>;

constexpr Table promote_types = {"bcasilhgfd", "ccssilhgfd", "asasilhgfd", "ssssilhgfd",
                                 "iiiiilhgfd", "llllllhgfd", "hhhhhhhffd", "ggggggfgfd",
                                 "fffffffffd", "dddddddddd"};
constexpr Table rank_1_and_0 = {"bcasilhgfd", "cccccchgfd", "aaaaaahgfd", "sssssshgfd",
                                "iiiiiihgfd", "llllllhgfd", "hhhhhhhhhh", "gggggggggg",
                                "ffffffffff", "dddddddddd"};
constexpr Table rank_0_and_1 = {"bcasilhgfd", "ccasilhgfd", "acasilhgfd", "scasilhgfd",
                                "icasilhgfd", "lcasilhgfd", "hhhhhhhgfd", "gggggghgfd",
                                "ffffffhgfd", "ddddddhgfd"};
// true, 2, 2.5
constexpr Table with_scalars = {"blf", "ccf", "aaf", "ssf", "iif",
                                "llf", "hhh", "ggg", "fff", "ddd"};

Tensor one(std::size_t rank, DType dtype) { return ones(Shape(rank, 1), {.dtype = dtype}); }

DType expected(const Table& table, std::size_t row, std::size_t column) {
  return dtypes[letters.find(table[row][column])];
}

}  // namespace

TEST_CASE("two element types promote as in PyTorch", "[core][promotion]") {
  for (std::size_t i = 0; i < dtypes.size(); ++i) {
    for (std::size_t j = 0; j < dtypes.size(); ++j) {
      CHECK(promote(dtypes[i], dtypes[j]) == expected(promote_types, i, j));
    }
  }
}

TEST_CASE("two tensors meet in PyTorch's type, whatever their ranks", "[core][promotion]") {
  for (std::size_t i = 0; i < dtypes.size(); ++i) {
    for (std::size_t j = 0; j < dtypes.size(); ++j) {
      const auto meet = [&](std::size_t ranks_a, std::size_t ranks_b) {
        const Tensor a = one(ranks_a, dtypes[i]);
        const Tensor b = one(ranks_b, dtypes[j]);
        CHECK((a + b).dtype() == result_type(a, b));
        return result_type(a, b);
      };
      CHECK(meet(1, 1) == expected(promote_types, i, j));
      CHECK(meet(2, 1) == expected(promote_types, i, j));
      CHECK(meet(0, 0) == expected(promote_types, i, j));
      CHECK(meet(1, 0) == expected(rank_1_and_0, i, j));
      CHECK(meet(0, 1) == expected(rank_0_and_1, i, j));
    }
  }
}

TEST_CASE("a C++ number never promotes a tensor of its own kind", "[core][promotion]") {
  const std::array<Scalar, 3> scalars = {true, 2, 2.5};
  for (std::size_t i = 0; i < dtypes.size(); ++i) {
    for (std::size_t j = 0; j < scalars.size(); ++j) {
      const DType wanted = expected(with_scalars, i, j);
      CHECK(promote(dtypes[i], scalars[j]) == wanted);
      for (const std::size_t rank : {0, 1}) {
        CHECK((one(rank, dtypes[i]) * scalars[j]).dtype() == wanted);
        CHECK((scalars[j] + one(rank, dtypes[i])).dtype() == wanted);
      }
    }
  }
}

TEST_CASE("element types know their size, name and C++ type", "[core][promotion]") {
  CHECK(dtype_of<bool> == boolean);
  CHECK(dtype_of<std::uint8_t> == uint8);
  CHECK(dtype_of<std::int8_t> == int8);
  CHECK(dtype_of<std::int16_t> == int16);
  CHECK(dtype_of<std::int32_t> == int32);
  CHECK(dtype_of<std::int64_t> == int64);
  CHECK(dtype_of<Float16> == float16);
  CHECK(dtype_of<BFloat16> == bfloat16);
  CHECK(dtype_of<float> == float32);
  CHECK(dtype_of<double> == float64);
  CHECK(size_of(boolean) == sizeof(bool));
  CHECK(size_of(int8) == 1);
  CHECK(size_of(int16) == 2);
  CHECK(size_of(int32) == 4);
  CHECK(size_of(float16) == sizeof(Float16));
  CHECK(size_of(bfloat16) == sizeof(BFloat16));
  CHECK(size_of(float64) == 8);
  CHECK(name_of(boolean) == "bool");
  CHECK(name_of(uint8) == "uint8");
  CHECK(name_of(int8) == "int8");
  CHECK(name_of(int16) == "int16");
  CHECK(name_of(float16) == "float16");
  CHECK(name_of(bfloat16) == "bfloat16");
  CHECK(name_of(float32) == "float32");
  CHECK(is_floating(float16));
  CHECK(is_floating(bfloat16));
  CHECK_FALSE(is_floating(int16));
  CHECK(is_floating(float32));
  CHECK_FALSE(is_floating(int64));
}

TEST_CASE("a scalar keeps its kind and converts to what holds it", "[core][promotion]") {
  CHECK(Scalar(true).kind() == boolean);
  CHECK(Scalar(3u).kind() == int64);
  CHECK(Scalar(1.5f).kind() == float64);
  CHECK(Scalar(-1.9).to<std::int64_t>() == -1);
  CHECK(Scalar(-0.9).to<std::uint8_t>() == 0);
  CHECK_THROWS_AS(Scalar(-1.0).to<std::uint8_t>(), DTypeError);
  CHECK_FALSE(Scalar(256).fits<std::uint8_t>());
  CHECK(Scalar(0.5).to<bool>());
  CHECK(Scalar(7).to<float>() == 7);
}
