// What users of PyTorch write first: numbers, vectors and types in the places where they expect to
// put them.
#include <array>
#include <cstdint>
#include <sstream>
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

TEST_CASE("sizes and orders need no braces", "[tensor][view]") {
  const Tensor x = arange(6);
  CHECK(x.view(2, 3).shape() == Shape{2, 3});
  CHECK(x.reshape(3, -1).shape() == Shape{3, 2});
  CHECK(x.reshape(1, 2, 3).permute(2, 0, 1).shape() == Shape{3, 1, 2});
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

TEST_CASE("every list of integers is a shape", "[shape]") {
  CHECK(zeros(std::vector<int>{2, 3}).shape() == Shape{2, 3});
  CHECK(zeros(std::array<std::size_t, 2>{2, 3}).shape() == Shape{2, 3});
  CHECK(zeros(std::vector<std::int64_t>{4}).shape() == Shape{4});
  CHECK(error_of([] { zeros(std::vector<std::size_t>{SIZE_MAX}); }) ==
        "Dims: 18446744073709551615 is no dimension and no index: these end below 2^63");
  CHECK_FALSE(error_of([] { zeros(std::vector<int>(9, 1)); }).empty());
  static_assert(!std::is_convertible_v<std::string, Dims>);
  static_assert(!std::is_convertible_v<std::vector<float>, Dims>);
  static_assert(!std::is_convertible_v<std::vector<bool>, Dims>);
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

TEST_CASE("one element is a condition", "[tensor][item]") {
  const Tensor x = tensor({-1.0, 2.0});
  bool reached = false;
  if (x.sum() > 0 && !(x.max() > 2)) reached = true;
  CHECK(reached);
  CHECK(static_cast<bool>(tensor({0.5})));
  CHECK_FALSE(static_cast<bool>(zeros({1, 1})));
  CHECK(error_of([&] { (void)static_cast<bool>(x > 0); }) ==
        "bool: needs exactly one element, shape is [2]; use any() or all(), and & and | between "
        "masks");
  static_assert(!std::is_convertible_v<Tensor, bool>);
}

TEST_CASE("masks have operators that assign", "[tensor][mask]") {
  const Tensor x = tensor({-1.0, 1.0, 3.0});
  Tensor m = x > 0;
  m &= x < 2;
  CHECK(m.to_vector<bool>() == std::vector<bool>{false, true, false});
  m |= x > 2;
  CHECK(m.to_vector<bool>() == std::vector<bool>{false, true, true});
  m ^= x > 0;
  CHECK_FALSE(m.any());
}

TEST_CASE("brackets take one slice, and index() is the same by name", "[tensor][index]") {
  Tensor x = arange(6).view(2, 3);
  CHECK(x[Slice(1, 2)].to_vector<int>() == std::vector<int>{3, 4, 5});
  CHECK(x[ellipsis].shape() == Shape{2, 3});
  CHECK(x[newaxis].shape() == Shape{1, 2, 3});
  CHECK(x.index({Slice(0, 1), 2}).to_vector<int>() == std::vector<int>{2});
  x[Slice(0, 1)] = 9;
  x.index({1, 0}) = 8;
  CHECK(x.to_vector<int>() == std::vector<int>{9, 9, 9, 8, 4, 5});
  x.index_put_({tensor({0}), tensor({1})}, 7);
  CHECK(x.to_vector<int>() == std::vector<int>{9, 7, 9, 8, 4, 5});
  CHECK(error_of([&] { x.index_put_({tensor({0})}, 1e30); }) ==
        "index_put_: 1e+30 doesn't fit int64, which holds -9223372036854775808 to "
        "9223372036854775807");
}

TEST_CASE("several results print under their names", "[tensor][print]") {
  std::ostringstream text;
  text << tensor({{1, 3}, {2, 0}}).max(1);
  CHECK(text.str() == "values=tensor([3, 2])\nindices=tensor([1, 0])");
  text.str("");
  text << slogdet(eye(2));
  CHECK(text.str() == "sign=tensor(1.)\nlogabsdet=tensor(0.)");
}

TEST_CASE("grad() takes one tensor as it is", "[autograd]") {
  const Tensor w = tensor({1.0, 2.0}, {.requires_grad = true});
  const Tensor b = tensor(3.0, {.requires_grad = true});
  const Tensor loss = (w * w * b).sum();
  CHECK(grad(loss, w, {.retain_graph = true}).to_vector<double>() == std::vector<double>{6, 12});
  const std::vector<Tensor> both = grad(loss, {w, b}, {.retain_graph = true});
  CHECK(both[1].item<double>() == 5);
  CHECK(grad({loss}, {w})[0].to_vector<double>() == std::vector<double>{6, 12});
}

TEST_CASE("numbers and whole tensors are written in place", "[tensor][in-place]") {
  Tensor x = tensor({1.0, std::numeric_limits<double>::quiet_NaN(), 3.0});
  CHECK(x.nan_to_num_(2).to_vector<double>() == std::vector<double>{1, 2, 3});
  CHECK(x.masked_fill_(x > 2, tensor(9.0)).to_vector<double>() == std::vector<double>{1, 2, 9});
  CHECK(x.eq_(2).to_vector<double>() == std::vector<double>{0, 1, 0});
  CHECK(x.ge_(tensor({0.0, 2.0, 0.0})).to_vector<double>() == std::vector<double>{1, 0, 1});
  CHECK(x.fill_(tensor(4)).to_vector<double>() == std::vector<double>{4, 4, 4});
  CHECK(error_of([&] { x.fill_(ones(1)); }) == "fill_: a value of shape [1]; use copy_()");
  Tensor y = zeros(2, 2);
  CHECK(y.addmm_(ones(2, 3), ones(3, 2)).to_vector<float>() == Floats{3, 3, 3, 3});
}

TEST_CASE("a tensor written by fill_() gives its gradient to the number", "[autograd][in-place]") {
  const Tensor value = tensor(2.0, {.requires_grad = true});
  Tensor x = ones(3, 2);
  x.fill_(value);
  (x * x).sum().backward();
  CHECK(value.grad().item<double>() == 24);
}

TEST_CASE("other names and other forms do what they are known for", "[tensor]") {
  const Tensor x = tensor({{-1.5, 0.5}, {2.5, 4.0}});
  CHECK(x.sizes() == Shape{2, 2});
  CHECK(x.ndim() == 2);
  CHECK(x.clip(0, 1).to_vector<double>() == x.clamp(0, 1).to_vector<double>());
  CHECK(x.clamp(0).to_vector<double>() == std::vector<double>{0, 0.5, 2.5, 4});
  CHECK(x.ravel().shape() == Shape{4});
  CHECK(ones(4).reshape_as(x).shape() == Shape{2, 2});
  CHECK(tensor({1, -2}).to_vector<long long>() == std::vector<long long>{1, -2});
  CHECK(tensor({2.5}).to_vector<long double>() == std::vector<long double>{2.5L});
  CHECK_FALSE(error_of([] { tensor({-1}).to_vector<unsigned>(); }).empty());
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
  CHECK(from_blob(numbers, {2, 2}, {1, 2}).to_vector<float>() == Floats{1, 3, 2, 9});
  CHECK(from_blob(numbers, {4}, float32).shape() == Shape{4});
  CHECK(error_of([&] { from_blob(numbers, {4}, float64); }) ==
        "from_blob: told float64 for a pointer to float32");
  int freed = 0;
  from_blob(numbers, {4}, [&](void*) { ++freed; });
  CHECK(freed == 1);
}

TEST_CASE("shapes are counted from either end", "[shape]") {
  const Tensor x = zeros({2, 3});
  CHECK(x.shape()[-1] == 3);
  CHECK(x.shape()[0] == 2);
  CHECK(x.shape().back() == 3);
  CHECK(error_of([&] { (void)x.shape()[2]; }) == "Dims: there is no element 2 in [2, 3]");
  CHECK(error_of([&] { (void)x.shape()[-3]; }) == "Dims: there is no element -3 in [2, 3]");
  CHECK(error_of([] { (void)Shape{}.back(); }) == "Dims: there is no element -1 in []");
  CHECK(error_of([] { (void)Shape{}.front(); }) == "Dims: there is no element 0 in []");
}

TEST_CASE("item() stands beside tensors as a number", "[tensor][item]") {
  const Tensor x = tensor({1.0, 3.0});
  CHECK((x / x.sum().item()).to_vector<double>() == std::vector<double>{0.25, 0.75});
  CHECK((x > x.mean().item()).to_vector<bool>() == std::vector<bool>{false, true});
  Tensor y = x.clone();
  y *= x.sum().item();
  y[0] = x.max().item();
  CHECK(y.to_vector<double>() == std::vector<double>{3, 12});
  CHECK(full({1}, x[1].item()).item<int>() == 3);
  CHECK(tensor({x[0].item(), 2.0}).shape() == Shape{2});
}

TEST_CASE("what brackets copied is written back by every operator", "[tensor][index]") {
  Tensor x = arange(4);
  x[tensor({0, 1})] |= tensor({4, 4});
  x[x > 4] &= 4;
  x[tensor({3})] ^= 1;
  CHECK(x.to_vector<int>() == std::vector<int>{4, 4, 2, 2});
  Tensor m = tensor({true, false});
  m[m] &= false;
  CHECK_FALSE(m.any());
  m |= true;
  CHECK(m.all());
}

TEST_CASE("a generator stands where options do", "[random]") {
  Generator a(3), b(3);
  CHECK(equal(rand({2}, a), rand({2}, {}, b)));
  CHECK(equal(randn({2}, a), randn({2}, {}, b)));
  CHECK(equal(randint(5, {3}, a), randint(5, {3}, {}, b)));
  CHECK(equal(randint(1, 5, {3}, a), randint(1, 5, {3}, {}, b)));
  CHECK(equal(randperm(4, a), randperm(4, {}, b)));
}

TEST_CASE("clip() and the larger of two have all their forms", "[ops]") {
  const Tensor x = tensor({-1.0, 0.5, 2.0});
  CHECK(x.clip(0).to_vector<double>() == std::vector<double>{0, 0.5, 2});
  CHECK(clip(x, zeros(3, 1)[0], ones(3, 1)[0]).to_vector<double>() ==
        std::vector<double>{0, 0.5, 1});
  CHECK(max(x, zeros({3})).to_vector<double>() == std::vector<double>{0, 0.5, 2});
  CHECK(min(x, zeros({3})).to_vector<double>() == std::vector<double>{-1, 0, 0});
}
