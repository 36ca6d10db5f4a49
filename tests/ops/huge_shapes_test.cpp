// Shapes whose sizes overflow when they are added or multiplied. expand() makes them without
// memory, so every operation meets them: it gives a view, or an error, and neither crashes nor
// loops.
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t two_31 = std::int64_t{1} << 31;
constexpr std::int64_t two_40 = std::int64_t{1} << 40;
constexpr std::int64_t two_60 = std::int64_t{1} << 60;
constexpr std::int64_t two_62 = std::int64_t{1} << 62;

Tensor expanded(const Shape& shape, TensorOptions options = {}) {
  return ones(Shape(shape.size(), 1), options).expand(shape);
}

}  // namespace

TEST_CASE("cat refuses sizes that add up beyond 64 bits", "[ops][cat]") {
  for (const DType dtype : {boolean, uint8, float64}) {
    const Tensor x = expanded({two_62}, {.dtype = dtype});
    for (const std::size_t count : {2u, 3u, 4u, 5u}) {  // four add up to 0, five to 2^62 again
      CHECK(contains(error_of([&] {
                       std::vector<Tensor> parts(count, x);
                       cat(parts);
                     }),
                     "cat: more than 64 bits count"));
    }
  }
}

TEST_CASE("cat and stack refuse results with more elements than 64 bits count", "[ops][cat]") {
  const Tensor x = expanded({two_31, two_31}, {.dtype = uint8});
  CHECK_THROWS_AS(cat({x, x}), ShapeError);
  CHECK_THROWS_AS(cat({x, x}, 1), ShapeError);
  CHECK_THROWS_AS(stack({x, x}), ShapeError);
}

TEST_CASE("split refuses sizes that add up to the whole only modulo 2^64", "[ops][split]") {
  const Tensor x = ones({5});
  CHECK(contains(error_of<ShapeError>([&] {
                   split(x, std::vector<std::int64_t>{two_62, two_62, two_62, two_62, 5});
                 }),
                 "split: more than 64 bits count"));
}

TEST_CASE("split and chunk count their parts without overflow", "[ops][split]") {
  const Tensor x = expanded({most});
  CHECK(split(x, most).size() == 1);
  const std::vector<Tensor> parts = split(x, two_62);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].numel() == two_62);
  CHECK(parts[1].numel() == two_62 - 1);
  CHECK(chunk(x, 2).size() == 2);
  CHECK(contains(error_of<MemoryError>([&] { split(x, 1); }), "split: out of memory"));
  CHECK(contains(error_of<MemoryError>([&] { chunk(x, most); }), "split: out of memory"));
}

TEST_CASE("what would have to hold too many elements is an error", "[ops][shape]") {
  const Tensor x = expanded({two_31, two_31});
  const Tensor line = expanded({two_62}, {.requires_grad = true});
  const Tensor column = expanded({two_62, 1});
  const Tensor wide_index = expanded({two_62}, {.dtype = int64});
  const std::vector<std::function<void()>> calls{
      [&] { x + x; },
      [&] { x + 1; },
      [&] {
        column + expanded({1, two_62});
      },  // 2^124 elements
      [&] { x == x; },
      [&] { where(x > 0, x, x); },
      [&] { pow(x, 2); },
      [&] {
        maximum(column, expanded({1, 4}));
      },
      [&] { exp(x); },
      [&] { clamp(x, 0, 1); },
      [&] { neg(expanded({two_62}, {.dtype = uint8})); },
      [&] { x.clone(); },
      [&] { x.contiguous(); },
      [&] { x.to(float64); },
      [&] { x.t().reshape({two_62}).clone(); },
      [&] { x.to_vector<float>(); },
      [&] {
        x.expand({two_31, two_31, two_31});
      },
      [&] { softmax(x, 0); },
      [&] { log_softmax(x, 1); },
      [&] { argmax(line); },
      [&] {
        argmin(expanded({2, two_60}), 1);
      },
      [&] {
        matmul(expanded({two_31, 1}), expanded({1, two_31}));
      },
      [&] {
        matmul(expanded({two_60, 2, 2}), expanded({2, 2}));
      },
      [&] {
        matmul(expanded({two_31, 1, 2, 2}), expanded({two_31, 2, 2}));
      },
      [&] {
        index_select(expanded({3, two_62}), 0, tensor({0, 1}));
      },
      [&] {
        index_add(x, 0, tensor({0}), expanded({1, two_31}));
      },
      [&] { scatter_add(line, 0, tensor({0}), ones({1})); },
      [&] {
        one_hot(tensor({0, 1, 2}), two_62);
      },
      [&] { nn::mse_loss(x, x, {.reduction = Reduction::none}); },
      [&] { zeros_like(x); },
      [&] { rand_like(x); },
      [&] {
        empty({two_31, two_31, two_31});
      },
      [&] { empty({two_62}, {.dtype = float64}); },
      [&] { arange(most); },
      [&] { linspace(0, 1, most); },
      [&] { eye(two_31); },
      [&] { eye(most, 1); },
      [&] { randperm(two_62); },
      [&] { line.narrow(0, 1, 2).backward(ones({2})); },
      [&] { line.select(0, 1).backward(); },
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    INFO("call " << i);
    CHECK_THROWS_AS(calls[i](), Error);
  }
}

TEST_CASE("views of huge shapes are views", "[ops][shape]") {
  const Tensor x = expanded({two_31, two_31});
  CHECK(x.numel() == two_62);
  CHECK(x.t().shape() == Shape{two_31, two_31});
  CHECK(x.view({two_62}).shape() == Shape{two_62});
  CHECK(x.flatten().shape() == Shape{two_62});
  CHECK(x.reshape({-1, 2}).shape() == Shape{two_62 / 2, 2});
  CHECK(x.unsqueeze(1).shape() == Shape{two_31, 1, two_31});
  CHECK(x.narrow(0, two_31 - 1, 1).shape() == Shape{1, two_31});
  CHECK(x.select(1, -1).shape() == Shape{two_31});
  CHECK(x.slice(0, 1, std::nullopt, most).shape() == Shape{1, two_31});
  CHECK(x.view({two_62}).slice(0, 0, std::nullopt, two_62 - 1).shape() == Shape{2});
  CHECK(arange(4).slice(0, 1, 4, most).to_vector<int>() == std::vector<int>{1});
}

TEST_CASE("sums over repeated elements multiply", "[ops][sum]") {
  // 2^62 is exact in float32 and the largest power of two in int64.
  CHECK(sum(expanded({two_31, two_31})).item<double>() == static_cast<double>(two_62));
  CHECK(sum(expanded({two_62}, {.dtype = int64})).item<std::int64_t>() == two_62);
  CHECK(mean(expanded({two_31, two_31})).item<double>() == 1);
}

TEST_CASE("shapes without elements may have sizes that overflow", "[ops][shape]") {
  const Tensor x = zeros({0, two_40, two_40});
  CHECK(x.numel() == 0);
  CHECK(x.transpose(0, 2).shape() == Shape{two_40, two_40, 0});
  CHECK(x.reshape({two_40, 0, two_40}).shape() == Shape{two_40, 0, two_40});
  CHECK(x.reshape({two_40, two_40, 0}).shape() == Shape{two_40, two_40, 0});
  CHECK(x.unsqueeze(0).unsqueeze(2).shape() == Shape{1, 0, 1, two_40, two_40});
  CHECK(x.flatten(0, 1).shape() == Shape{0, two_40});
  CHECK_THROWS_AS(x.flatten(1, 2), ShapeError);
  CHECK((x + x).numel() == 0);
  CHECK(x.clone().shape() == x.shape());
  CHECK(x.slice(1, 0, std::nullopt, 3).numel() == 0);
}

TEST_CASE("from_blob refuses strides that reach beyond 64 bits", "[ops][elements]") {
  float element = 1;
  for (const Strides& strides : {Strides{most, 1}, Strides{two_62, two_62}, Strides{two_62, 0}}) {
    CHECK(contains(error_of<ShapeError>([&] {
                     Tensor::from_blob(&element, {3, 3}, {}, strides);
                   }),
                   "more than 64 bits count"));
  }
  // Fewer elements than 64 bits count, but not bytes.
  CHECK_THROWS_AS(Tensor::from_blob(&element, {2}, {}, Strides{two_62}), ShapeError);
}
