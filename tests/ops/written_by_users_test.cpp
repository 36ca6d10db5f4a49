// What users of PyTorch write first: numbers, lists and braces in the places where they expect to
// put them.
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

TEST_CASE("what converts to an integer is a dimension", "[tensor][view]") {
  struct Own {
    operator std::int64_t() const { return 1; }
  };
  const Tensor x = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  const Tensor dim = tensor(1);
  CHECK(x.select(dim.item(), 0).to_vector<double>() == std::vector<double>{1, 4});
  CHECK(x.size(Own{}) == 3);
  CHECK(zeros({dim.item(), 2}).shape() == Shape{1, 2});
  CHECK(softmax(x, std::integral_constant<int, 1>()).shape() == x.shape());
}

TEST_CASE("sizes and orders need no braces", "[tensor][view]") {
  const Tensor x = arange(6);
  CHECK(x.view(2, 3).shape() == Shape{2, 3});
  CHECK(x.reshape(3, -1).shape() == Shape{3, 2});
  CHECK(x.reshape(1, 2, 3).permute(2, 0, 1).shape() == Shape{3, 1, 2});
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

TEST_CASE("clip() and the larger of two have all their forms", "[ops]") {
  const Tensor x = tensor({-1.0, 0.5, 2.0});
  CHECK(x.clip(0).to_vector<double>() == std::vector<double>{0, 0.5, 2});
  CHECK(clip(x, zeros(3, 1)[0], ones(3, 1)[0]).to_vector<double>() ==
        std::vector<double>{0, 0.5, 1});
  CHECK(max(x, zeros({3})).to_vector<double>() == std::vector<double>{0, 0.5, 2});
  CHECK(min(x, zeros({3})).to_vector<double>() == std::vector<double>{-1, 0, 0});
}

TEST_CASE("several results are tied to variables", "[tensor]") {
  Tensor values, indices;
  std::tie(values, indices) = tensor({{1, 5}, {7, 2}}).max(1);
  CHECK(values.to_vector<float>() == Floats{5, 7});
  CHECK(indices.to_vector<int>() == std::vector<int>{1, 0});
  std::tie(values, indices) = tensor({3.0, 1.0}).sort();
  CHECK(values.to_vector<float>() == Floats{1, 3});
  Tensor sign, log;
  std::tie(sign, log) = slogdet(eye(2) * -2.0);
  CHECK(sign.item<float>() == 1);
}

TEST_CASE("types and shapes follow another tensor, and T() turns a matrix", "[tensor]") {
  const Tensor x = arange(6, float32).view({2, 3});
  CHECK(x.type_as(ones({1}, int32)).dtype() == int32);
  CHECK(x.T().shape() == Shape{3, 2});
  CHECK(x.T()[2][1].item<float>() == 5);
  CHECK(x[0].T().shape() == Shape{3});
  CHECK(error_of([] { ones({1, 2, 3}).T(); }).starts_with("T: rank 3"));
}

TEST_CASE("empty braces are no dimension, no strides and no options", "[tensor]") {
  const Tensor x = tensor({{1.0, 5.0}});
  CHECK(error_of([&] { x.max({}); }).starts_with("max: "));
  CHECK(error_of([&] { (void)min(x, {}); }).starts_with("min: "));
  float memory[] = {1, 2, 3, 4, 5, 6};
  CHECK(from_blob(memory, {2, 3}, {})[1][0].item<float>() == 4);
  CHECK(from_blob(memory, {2, 3}, {1, 2})[1][0].item<float>() == 2);
  bool freed = false;
  (void)from_blob(memory, {6}, [&](void*) { freed = true; });
  CHECK(freed);
  Tensor leaf = ones({1}).requires_grad_();
  (leaf * 3).backward({});
  CHECK(leaf.grad().item<float>() == 3);
}

TEST_CASE("errors of what is written through brackets are those of index", "[tensor][index]") {
  Tensor x = tensor({1.0, -2.0});
  CHECK(error_of([&] { x[x > 0] = Tensor(); }).starts_with("index: "));
  x.requires_grad_();
  const std::string leaf =
      "index: a leaf of shape [2] that requires grad can't be changed in place";
  CHECK(error_of([&] { x[x > 0] += 2; }).starts_with(leaf));
  CHECK(error_of([&] { x[x > 0] = 2; }).starts_with(leaf));
  CHECK(error_of([&] { x[tensor({0})] = ones({1}); }).starts_with(leaf));
  const NoGrad guard;
  x[x > 0] += 2;
  CHECK(x.to_vector<float>() == Floats{3, -2});
}
