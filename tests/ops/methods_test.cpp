// Operations as methods of a tensor, and assignment through brackets. What the operations compute
// is tested where the functions are: a method must give them all that it was given.
#include <cstdint>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

using namespace tapegrad;
using tapegrad::test::error_of;
using Floats = std::vector<float>;
using Ints = std::vector<std::int64_t>;

namespace {

Tensor matrix() { return tensor({{1.0f, 5.0f, 2.0f}, {4.0f, 3.0f, 6.0f}}); }

}  // namespace

TEST_CASE("an operation is a method of its first argument", "[tensor][methods]") {
  const Tensor x = matrix();
  CHECK(x.sum().item<float>() == 21);
  CHECK(x.sum(0).to_vector<float>() == Floats{5, 8, 8});
  CHECK(x.sum({0, 1}, true).shape() == Shape{1, 1});
  CHECK(x.mean(1).to_vector<double>()[0] == Approx(8.0 / 3));
  CHECK(x.std(1, true, 0).shape() == Shape{2, 1});
  CHECK(x.var(1, false, 0).to_vector<double>()[1] == Approx(14.0 / 9));
  CHECK(x.max().item<float>() == 6);
  CHECK(x.max(1).values.to_vector<float>() == Floats{5, 6});
  CHECK(x.max(1).indices.to_vector<std::int64_t>() == Ints{1, 2});
  CHECK(x.argmin(0).to_vector<std::int64_t>() == Ints{0, 1, 0});
  CHECK(x.pow(2).to_vector<float>() == Floats{1, 25, 4, 16, 9, 36});
  CHECK(x.clamp(2, 4).to_vector<float>() == Floats{2, 4, 2, 4, 3, 4});
  CHECK(x.clamp_min(3).to_vector<float>() == Floats{3, 5, 3, 4, 3, 6});
  CHECK(x.matmul(x.t()).to_vector<float>() == Floats{30, 31, 31, 61});
  CHECK(x.index_select(1, tensor({2, 0})).to_vector<float>() == Floats{2, 1, 6, 4});
  CHECK(x.softmax(1).sum(1).to_vector<double>()[0] == Approx(1));
  CHECK((x > 4).any(1).to_vector<bool>() == std::vector<bool>{true, true});
  CHECK_FALSE((x > 4).all().item<bool>());
  CHECK(x.chunk(3, 1).size() == 3);
  CHECK(x.split({1, 2}, 1)[1].to_vector<float>() == Floats{5, 2, 3, 6});
  CHECK(x.cumsum(1).to_vector<float>() == Floats{1, 6, 8, 4, 7, 13});
  CHECK(x.prod().item<float>() == 720);
  CHECK(x.norm(1).item<float>() == 21);
  CHECK(x.flip(0).to_vector<float>() == Floats{4, 3, 6, 1, 5, 2});
  CHECK(x.triu().to_vector<float>() == Floats{1, 5, 2, 0, 3, 6});
  CHECK(x.repeat({1, 2}).shape() == Shape{2, 6});
  CHECK(x.unbind(1).size() == 3);
  CHECK(x.squeeze({0, 1}).shape() == Shape{2, 3});
  CHECK(x.unsqueeze(0).squeeze({0, 1}).shape() == Shape{2, 3});
  CHECK(x.sort(1, true).indices.to_vector<std::int64_t>() == Ints{1, 2, 0, 2, 0, 1});
  CHECK(x.topk(1).values.to_vector<float>() == Floats{5, 6});
  CHECK(x.masked_select(x > 4).to_vector<float>() == Floats{5, 6});
  CHECK(x.take(tensor({-1, 0})).to_vector<float>() == Floats{6, 1});
  CHECK(x.median().item<float>() == 3);
  CHECK(x.quantile(0.5).item<float>() == 3.5f);
  CHECK(tensor({1, 0}).one_hot().to_vector<std::int64_t>() == Ints{0, 1, 1, 0});
}

TEST_CASE("methods are recorded as functions are", "[tensor][methods][autograd]") {
  const Tensor x = matrix().requires_grad_();
  x.square().sum(0).sum().backward();
  CHECK(x.grad().to_vector<float>() == Floats{2, 10, 4, 8, 6, 12});
  CHECK(x.relu().operation() == "relu");
}

TEST_CASE("a method of an undefined tensor names the operation", "[tensor][methods]") {
  CHECK(error_of([] { (void)Tensor().exp(); }).starts_with("exp: "));
  CHECK(error_of([] { (void)Tensor().sum(); }).starts_with("sum: "));
}

TEST_CASE("assignment through brackets writes into the tensor", "[tensor][index]") {
  Tensor x = matrix();
  x[0][1] = 7.5f;
  x[{1, -1}] = 2;
  CHECK(x.to_vector<float>() == Floats{1, 7.5f, 2, 4, 3, 2});
  x[{Slice(), Slice(0, 2)}] = tensor({8, 9});
  CHECK(x.to_vector<float>() == Floats{8, 9, 2, 8, 9, 2});
  x[{Slice(), Slice(1, 3)}] = x[{Slice(), Slice(0, 2)}];  // what is read lies below what is written
  CHECK(x.to_vector<float>() == Floats{8, 8, 9, 8, 8, 9});
  CHECK_THROWS_AS((x[0] = zeros({2})), ShapeError);
  CHECK_THROWS_AS((x[0] = Tensor()), Error);
}

TEST_CASE("assignment through brackets refuses what in-place changes refuse", "[tensor][index]") {
  const Tensor leaf = matrix().requires_grad_();
  CHECK_THROWS_AS((leaf[0] = 1), AutogradError);
  CHECK_THROWS_AS((tensor({1, 2})[0] = 1e300), DTypeError);
  CHECK(leaf.to_vector<float>() == matrix().to_vector<float>());
}

TEST_CASE("assignment through brackets is recorded", "[tensor][index][autograd]") {
  const Tensor w = tensor({2.0f, 3.0f}).requires_grad_();
  Tensor y = w * 10;
  y[0] = w[1] * w[1];
  CHECK(y.to_vector<float>() == Floats{9, 30});
  y.sum().backward();
  CHECK(w.grad().to_vector<float>() == Floats{0, 16});
}

TEST_CASE("assignment to a tensor's name makes it another handle", "[tensor]") {
  Tensor x = matrix();
  const Tensor before = x;
  x = zeros({2});
  CHECK(before.to_vector<float>() == matrix().to_vector<float>());
  CHECK(x.shape() == Shape{2});
}
