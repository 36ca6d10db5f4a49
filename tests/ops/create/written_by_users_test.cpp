// Making tensors as users of PyTorch write it first: numbers, vectors, arrays, types and generators
// where they expect to put them.
#include <array>
#include <cstdint>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using tapegrad::test::error_of;
using Floats = std::vector<float>;

TEST_CASE("vectors of every arithmetic type become tensors", "[create]") {
  CHECK(tensor(std::vector<short>{1, -2}).dtype() == int16);
  CHECK(tensor(std::vector<unsigned short>{65535}).item<int>() == 65535);
  CHECK(tensor(std::vector<unsigned>{4'000'000'000u}).item<std::int64_t>() == 4'000'000'000);
  CHECK(tensor(std::vector<long long>{1, 2}).dtype() == int64);
  CHECK(tensor(std::vector<signed char>{-7}).item<int>() == -7);
  CHECK(tensor(std::vector<long double>{0.5L}).dtype() == float64);
  CHECK(tensor(std::vector<short>{1, 2}, {.dtype = float64}).dtype() == float64);
  CHECK_FALSE(error_of([] { (void)tensor(std::vector<std::size_t>{SIZE_MAX}); }).empty());
  const std::vector<std::vector<float>> rows{{1, 2, 3}, {4, 5, 6}};
  CHECK(tensor(rows).shape() == Shape{2, 3});
  CHECK(tensor(rows).to_vector<float>() == Floats{1, 2, 3, 4, 5, 6});
  const std::vector<std::vector<std::vector<int>>> cube{{{1}, {2}}, {{3}, {4}}};
  CHECK(tensor(cube).shape() == Shape{2, 2, 1});
  CHECK(tensor(std::vector<std::vector<bool>>{{true}, {false}}).dtype() == boolean);
  CHECK(tensor(std::vector<std::vector<float>>{}).shape() == Shape{0, 0});
  CHECK(tensor(std::vector<std::vector<float>>{{}, {}}).shape() == Shape{2, 0});
  CHECK(error_of([] {
          (void)tensor(std::vector<std::vector<float>>{{1, 2}, {3}});
        }) == "tensor: a vector of 1 at level 1 where the first has 2; the vectors are ragged");
}

TEST_CASE("a dtype stands where options do", "[create]") {
  CHECK(zeros({2}, float64).dtype() == float64);
  CHECK(ones(3, int64).dtype() == int64);
  CHECK(full({2}, 7, float64).to_vector<double>() == std::vector<double>{7, 7});
  CHECK(empty({0}, uint8).dtype() == uint8);
  CHECK(tensor({1, 2}, float64).dtype() == float64);
  CHECK(tensor(std::vector<int>{1}, float32).dtype() == float32);
  CHECK(randn({3}, float64).dtype() == float64);
  CHECK(rand({3}, float64).dtype() == float64);
  CHECK(zeros({2}, {}).dtype() == float32);
  CHECK(arange(3, float32).to_vector<float>() == Floats{0, 1, 2});
  CHECK(arange(1, 3, float64).dtype() == float64);
  CHECK(arange(0, 1, 0.5, float32).to_vector<float>() == Floats{0, 0.5f});
  CHECK(linspace(0, 1, 2, float64).dtype() == float64);
  CHECK(eye(2, int64).dtype() == int64);
  CHECK(eye(2, 3, boolean).shape() == Shape{2, 3});
  CHECK(randint(3, {2}, int32).dtype() == int32);
  CHECK(randint(1, 3, {2}, uint8).dtype() == uint8);
  CHECK(randperm(4, int32).dtype() == int32);
  CHECK(zeros_like(ones(2), int64).dtype() == int64);
  CHECK(full_like(ones(1), 7, int32).item<int>() == 7);
  CHECK(rand_like(ones(2), float64).dtype() == float64);
}

TEST_CASE("sizes need no braces where tensors are made, repeated and flipped", "[create][shape]") {
  CHECK(zeros(2, 3).shape() == Shape{2, 3});
  CHECK(ones(1, 2, 2).sum().item<int>() == 4);
  CHECK(empty(0, 4).shape() == Shape{0, 4});
  CHECK(rand(2, 1).shape() == Shape{2, 1});
  CHECK(randn(std::size_t{3}, 2).shape() == Shape{3, 2});
  const Tensor x = tensor({{1, 2}});
  CHECK(x.expand(3, 2).shape() == Shape{3, 2});
  CHECK(x.repeat(2, 2).to_vector<int>() == std::vector<int>{1, 2, 1, 2, 1, 2, 1, 2});
  CHECK(x.tile(1, 2).to_vector<int>() == std::vector<int>{1, 2, 1, 2});
  CHECK(x.flip(0, 1).to_vector<int>() == std::vector<int>{2, 1});
  CHECK(x.flip(1).to_vector<int>() == std::vector<int>{2, 1});
}

TEST_CASE("arrays become tensors", "[create]") {
  CHECK(tensor(std::array<float, 2>{1.5f, 2}).to_vector<float>() == Floats{1.5f, 2});
  CHECK(tensor(std::array<float, 2>{}).dtype() == float32);
  CHECK(tensor(std::array<Float16, 1>{}).dtype() == float16);
  const std::array<std::array<int, 2>, 3> nested{{{1, 2}, {3, 4}, {5, 6}}};
  CHECK(tensor(nested).shape() == Shape{3, 2});
  CHECK(tensor(nested).dtype() == int32);
  CHECK(tensor(std::vector<std::array<double, 2>>{{1, 2}}, float32).shape() == Shape{1, 2});
}

TEST_CASE("memory of the user's needs no deleter", "[tensor][blob]") {
  float numbers[] = {1, 2, 3, 4};
  const Tensor x = from_blob(numbers, {2, 2});
  CHECK(Tensor::from_blob(numbers, {4}).shares_storage_with(x) == false);
  numbers[3] = 9;
  CHECK(x.to_vector<float>() == Floats{1, 2, 3, 9});
  CHECK(from_blob(numbers, {2, 2}, {1, 2}).to_vector<float>() == Floats{1, 3, 2, 9});
  CHECK(from_blob(numbers, {4}, float32).shape() == Shape{4});
  CHECK(error_of([&] { from_blob(numbers, {4}, float64); }) ==
        "from_blob: told float64 for a pointer to float32");
  int freed = 0;
  from_blob(numbers, {4}, [&](void*) { ++freed; });
  CHECK(freed == 1);
}

TEST_CASE("a generator stands where options do", "[random]") {
  Generator a(3), b(3);
  CHECK(equal(rand({2}, a), rand({2}, {}, b)));
  CHECK(equal(randn({2}, a), randn({2}, {}, b)));
  CHECK(equal(randint(5, {3}, a), randint(5, {3}, {}, b)));
  CHECK(equal(randint(1, 5, {3}, a), randint(1, 5, {3}, {}, b)));
  CHECK(equal(randperm(4, a), randperm(4, {}, b)));
}

TEST_CASE("a tensor of another is a copy outside the tape", "[create]") {
  Tensor x = tensor({1.0, 2.0}).requires_grad_();
  const Tensor y = x * 2;
  Tensor copy = tensor(y);
  CHECK_FALSE(copy.requires_grad());
  copy.zero_();
  CHECK(y.to_vector<float>() == Floats{2, 4});
  CHECK(tensor(y, {.dtype = float64, .requires_grad = true}).requires_grad());
  CHECK(tensor(y, int64).to_vector<std::int64_t>() == std::vector<std::int64_t>{2, 4});
  CHECK(tensor(y, int64).dtype() == int64);
  CHECK(error_of([] { (void)tensor(Tensor()); }).starts_with("tensor: "));
}

TEST_CASE("arrays of C become tensors", "[create]") {
  const float row[] = {1, 2, 3};
  CHECK(tensor(row).dtype() == float32);
  CHECK(tensor(row).to_vector<float>() == Floats{1, 2, 3});
  int rows[2][3] = {{1, 2, 3}, {4, 5, 6}};
  CHECK(tensor(rows).shape() == Shape{2, 3});
  CHECK(tensor(rows, float64).to_vector<double>() == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(tensor(rows, {.dtype = int64}).dtype() == int64);
}

TEST_CASE("a generator stands alone behind fills", "[random]") {
  const auto same = [](const auto& fill, const auto& filled) {
    Generator one(3), other(3);
    Tensor a = zeros({4}), b = zeros({4});
    fill(a, one);
    filled(b, other);
    return a.to_vector<float>() == b.to_vector<float>();
  };
  CHECK(same([](Tensor& x, Generator& g) { x.uniform_(g); },
             [](Tensor& x, Generator& g) { x.uniform_(0, 1, g); }));
  CHECK(same([](Tensor& x, Generator& g) { x.normal_(g); },
             [](Tensor& x, Generator& g) { x.normal_(0, 1, g); }));
  CHECK(same([](Tensor& x, Generator& g) { x.bernoulli_(g); },
             [](Tensor& x, Generator& g) { x.bernoulli_(0.5, g); }));
}

TEST_CASE("new_ functions take a dtype, and sizes without braces", "[create]") {
  const Tensor x = ones({2}, float64);
  CHECK(x.new_zeros({2, 3}, int32).dtype() == int32);
  CHECK(x.new_full({2}, 7, int64).to_vector<int>() == std::vector<int>{7, 7});
  CHECK(x.new_ones(2, 3).shape() == Shape{2, 3});
  CHECK(x.new_ones(2, 3).dtype() == float64);
  CHECK(x.new_empty({4}, boolean).dtype() == boolean);
}
