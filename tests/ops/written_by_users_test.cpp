// What users of PyTorch write first: numbers, vectors and types in the places where they expect to
// put them.
#include <cstdint>
#include <sstream>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using tapegrad::test::error_of;
using Floats = std::vector<float>;

TEST_CASE("item() becomes the number that is asked of it", "[tensor][item]") {
  const Tensor x = tensor({2.75});
  const float f = x.item();
  const double d = x.item();
  const int i = x.item();
  const bool b = x.item();
  CHECK(f == 2.75f);
  CHECK(d == 2.75);
  CHECK(i == 2);
  CHECK(b);
  CHECK(x.item<long long>() == 2);
  CHECK(tensor({200}).item<unsigned char>() == 200);
  CHECK(tensor({-3}).item<short>() == -3);
  CHECK(error_of([] { (void)tensor({-1}).item<unsigned>(); }) ==
        "item: -1 doesn't fit into this unsigned integer");
  CHECK(error_of([] { (void)tensor({70000}).item<short>(); }) ==
        "item: 70000 doesn't fit int16, which holds -32768 to 32767");
  CHECK(error_of([] {
          const int n = ones({2}).item();
          (void)n;
        }).starts_with("item: needs exactly one element"));
  std::ostringstream text;
  text << x.item();
  CHECK(text.str() == "2.75");
}

TEST_CASE("item() counts and compares beside numbers", "[tensor][item]") {
  const Tensor x = tensor({2.5});
  double total = 1;
  total += x.item();
  CHECK(total == 3.5);
  float product = 2;
  product *= x.item();
  CHECK(product == 5.f);
  int left = 7;
  left -= x.item();
  CHECK(left == 4);
  CHECK(x.item() * 64 == 160);
  CHECK(1 - x.item() == -1.5);
  CHECK(-x.item() / x.item() == -1);
  const double best = 3;
  CHECK((x.item() < best && best > x.item() && x.item() <= 2.5f));
  CHECK((x.item() != 2 && x.item() == 2.5 && !(x.item() > x.item())));
}

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
}

TEST_CASE("sizes and orders need no braces", "[tensor][view]") {
  const Tensor x = arange(6);
  CHECK(x.view(2, 3).shape() == Shape{2, 3});
  CHECK(x.reshape(3, -1).shape() == Shape{3, 2});
  CHECK(x.reshape(1, 2, 3).permute(2, 0, 1).shape() == Shape{3, 1, 2});
}

TEST_CASE("shapes and types print by <<", "[tensor][print]") {
  std::ostringstream text;
  text << zeros({2, 3}).shape() << " " << float32 << " " << ones({2}).dtype();
  CHECK(text.str() == "[2, 3] float32 float32");
}

TEST_CASE("memory of the user's needs no deleter", "[tensor][blob]") {
  float numbers[] = {1, 2, 3, 4};
  const Tensor x = from_blob(numbers, {2, 2});
  CHECK(Tensor::from_blob(numbers, {4}).shares_storage_with(x) == false);
  numbers[3] = 9;
  CHECK(x.to_vector<float>() == Floats{1, 2, 3, 9});
}
