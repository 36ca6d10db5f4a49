// int8, int16, float16 and bfloat16: stored, and computed with as int32 and float32. Rows of the
// operation table compare every operation of floating-point numbers; here is what is theirs alone.
#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using test::error_of;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace

TEST_CASE("elements of 8 and 16 bits go in and come out", "[ops][stored]") {
  CHECK(tensor(std::vector<std::int8_t>{-128, 127}).dtype() == int8);
  CHECK(tensor(std::vector<Float16>{1.5f, -2.0f}).dtype() == float16);
  CHECK(tensor(std::vector<BFloat16>{1.5f}).to_vector<BFloat16>()[0] == 1.5f);
  CHECK(tensor({1.5, -2.5}, float16).to_vector<Float16>()[1] == -2.5f);
  CHECK(full({2}, -7, {.dtype = int16}).to_vector<std::int16_t>() ==
        std::vector<std::int16_t>{-7, -7});
  CHECK(full({}, 0.1, {.dtype = bfloat16}).item<double>() == 0.10009765625);
  CHECK(full({}, 0.1, {.dtype = float16}).item<double>() == 0.0999755859375);
  CHECK(arange(3, {.dtype = int8}).dtype() == int8);
  CHECK(values(linspace(0, 1, 3, {.dtype = float16})) == std::vector<double>{0, 0.5, 1});
  CHECK(to_string(tensor({1.5, 2}, bfloat16)) == "tensor([1.5000, 2.0000], dtype=bfloat16)");
  CHECK(to_string(tensor({1, 2}, int8)) == "tensor([1, 2], dtype=int8)");
}

TEST_CASE("numbers that don't fit 8 and 16 bits are refused", "[ops][stored][misuse]") {
  CHECK(error_of([] { tensor({128}, int8); }) ==
        "tensor: 128 doesn't fit int8, which holds -128 to 127");
  CHECK(error_of([] { full({}, 70000, {.dtype = float16}); }) ==
        "full: 70000 doesn't fit float16, which holds -65504 to 65504");
  CHECK(error_of([] { full({}, 1e39, {.dtype = bfloat16}); }) ==
        "full: 1e+39 doesn't fit bfloat16, which holds -3.3895314e+38 to 3.3895314e+38");
  CHECK(error_of([] { ones({2}, {.dtype = int8}) + 128; }) ==
        "add: 128 doesn't fit int8, which holds -128 to 127");
  CHECK(error_of([] { arange(200, {.dtype = int8}); }) ==
        "arange: int8 doesn't hold every integer from 0 to 199");
  CHECK(error_of([] { randint(0, 300, {2}, {.dtype = bfloat16}); }) ==
        "randint: bfloat16 doesn't hold every integer from 0 to 299");
  CHECK(error_of([] { (void)tensor({300}).to_vector<std::int8_t>(); }) ==
        "to_vector: element [0]: 300 doesn't fit int8, which holds -128 to 127");
  CHECK(error_of([] { (void)tensor({-1}).to_vector<std::uint8_t>(); }) ==
        "to_vector: element [0]: -1 doesn't fit uint8, which holds 0 to 255");
}

TEST_CASE("to() wraps integers, rounds floats and cuts them for integers", "[ops][stored]") {
  const Tensor numbers =
      tensor({-300.7, -128.9, -0.9, 1.5, 127.9, 300.0, infinite, not_a_number}, float64);
  for (const DType from : {float64, float32, bfloat16, float16}) {
    INFO(from);
    const Tensor x = numbers.to(from);
    CHECK(x.to(int8).to_vector<int>()[0] == -128);
    CHECK(x.to(int8).to_vector<int>()[3] == 1);
    CHECK(x.to(int8).to_vector<int>()[5] == 127);
    CHECK(x.to(int8).to_vector<int>()[6] == 127);
    CHECK(x.to(int8).to_vector<int>()[7] == 0);
    CHECK(x.to(int16).to_vector<int>()[5] == 300);
  }
  CHECK(tensor({300, -129, 65536 + 5}).to(int8).to_vector<int>() == std::vector<int>{44, 127, 5});
  CHECK(tensor({70000}).to(int16).to_vector<int>() == std::vector<int>{70000 - 65536});
  CHECK(tensor({-1}, int8).to(uint8).to_vector<int>() == std::vector<int>{255});
  CHECK(tensor({-1}, int16).to(int64).to_vector<int>() == std::vector<int>{-1});
  CHECK(values(tensor({70000.0, 2049.0, 1e-8}).to(float16)) ==
        std::vector<double>{infinite, 2048, 0});
  CHECK(tensor({0.0, 0.5}, bfloat16).to(boolean).to_vector<bool>() ==
        std::vector<bool>{false, true});
  CHECK(values(tensor({true, false}).to(float16)) == std::vector<double>{1, 0});
}

TEST_CASE("elements of 16 bits are copied however they lie", "[ops][stored]") {
  for (const DType dtype : {int8, int16, float16, bfloat16}) {
    INFO(dtype);
    const Tensor x = (arange(60 * 70) % 101).reshape({60, 70}).to(dtype);
    const Tensor wide = x.to(float32);
    CHECK(equal(x.t().contiguous(), wide.t().contiguous()));
    CHECK(equal(x.slice(1, 3, 60, 4).contiguous(), wide.slice(1, 3, 60, 4).contiguous()));
    CHECK(equal(x.t().to(float64), wide.t().to(float64)));
    CHECK(equal(x.slice(0, 0, 60, 7).t().to(int64), wide.slice(0, 0, 60, 7).t().to(int64)));
    CHECK(equal(x.narrow(0, 5, 1).expand({4, 70}).contiguous(),
                wide.narrow(0, 5, 1).expand({4, 70}).contiguous()));
    Tensor to = zeros({70, 60}, {.dtype = dtype});
    to.t().copy_(x);
    CHECK(equal(to, wide.t()));
    CHECK(to.dtype() == dtype);
  }
}

TEST_CASE("integers of 8 and 16 bits wrap around", "[ops][stored]") {
  const Tensor x = tensor({100, -100, 127}, int8);
  CHECK((x + x).dtype() == int8);
  CHECK((x + x).to_vector<int>() == std::vector<int>{-56, 56, -2});
  CHECK((x * 2).to_vector<int>() == std::vector<int>{-56, 56, -2});
  CHECK((-tensor({-128}, int8)).item<int>() == -128);
  CHECK((tensor({30000}, int16) + tensor({30000}, int16)).item<int>() == 60000 - 65536);
  CHECK((tensor({200}, uint8) + tensor({100}, int8)).dtype() == int16);
  CHECK((tensor({200}, uint8) + tensor({100}, int8)).item<int>() == 300);
  CHECK((x / 2).dtype() == float32);
  CHECK(sum(x).dtype() == int64);
  CHECK(sum(full({1000}, 100, {.dtype = int8})).item<int>() == 100000);
  CHECK((x < 0).to_vector<bool>() == std::vector<bool>{false, true, false});
  CHECK((x == 300).to_vector<bool>() == std::vector<bool>(3, false));
  CHECK(max(x).item<int>() == 127);
}

TEST_CASE("floats of 16 bits are added up in float32 and rounded once", "[ops][stored]") {
  // One by one the sum would stay at 2048 in float16, at 256 in bfloat16.
  CHECK(sum(ones({4096}, {.dtype = float16})).item<double>() == 4096);
  CHECK(sum(ones({4096}, {.dtype = bfloat16})).item<double>() == 4096);
  CHECK(sum(ones({4096}, {.dtype = float16})).dtype() == float16);
  CHECK(matmul(ones({2, 3000}, {.dtype = bfloat16}), ones({3000, 2}, {.dtype = bfloat16}))
            .to_vector<double>()[0] == 3008);  // 3000 in steps of 16
  CHECK(mean(full({100}, 60000, {.dtype = float16})).item<double>() == 60000);
  CHECK((full({}, 60000, {.dtype = float16}) * 2).item<double>() == infinite);
  CHECK((ones({2}, {.dtype = float16}) + ones({2}, {.dtype = bfloat16})).dtype() == float32);
  CHECK((ones({2}, {.dtype = float16}) + 0.5).dtype() == float16);
}

TEST_CASE("a fraction beside floats of 16 bits is compared as they were rounded", "[ops][stored]") {
  for (const DType dtype : {float16, bfloat16}) {
    const Tensor x = full({1}, 0.1, {.dtype = dtype});
    CHECK((x == 0.1).item<bool>());
    CHECK_FALSE((x < 0.1).item<bool>());
    CHECK((0.1 == x).item<bool>());
    // As tensors they are the numbers that they are.
    CHECK_FALSE((x == full({1}, 0.1)).item<bool>());
    CHECK((x < 1e30).item<bool>());
  }
}

TEST_CASE("the tape keeps the types of 16 bits", "[ops][stored][autograd]") {
  for (const DType dtype : {float16, bfloat16}) {
    INFO(dtype);
    Tensor x = tensor({0.5, -1.0, 2.0}, dtype).requires_grad_();
    const Tensor y = sum(x * x * x);
    CHECK(y.dtype() == dtype);
    y.backward();
    CHECK(x.grad().dtype() == dtype);
    CHECK(values(x.grad()) == std::vector<double>{0.75, 3, 12});
    sum(x * 2).backward();
    CHECK(values(x.grad()) == std::vector<double>{2.75, 5, 14});
    const Tensor first = grad({sum(x * x * x)}, {x}, {.create_graph = true})[0];
    CHECK(values(grad({sum(first)}, {x})[0]) == std::vector<double>{3, -6, 12});
  }
  Tensor w = ones({2}).requires_grad_();
  sum(w.to(bfloat16) * tensor({1.0, 3.0}, bfloat16)).backward();
  CHECK(w.grad().dtype() == float32);
  CHECK(values(w.grad()) == std::vector<double>{1, 3});
  CHECK_THROWS_AS(tensor({1}, int8).requires_grad_(), DTypeError);
  CHECK_NOTHROW(tensor({1.0}, float16).requires_grad_());
}

TEST_CASE("gradcheck refuses floats of 16 bits", "[ops][stored][autograd]") {
  const Tensor x = tensor({0.5}, bfloat16).requires_grad_();
  CHECK(error_of([&] { gradcheck([](const std::vector<Tensor>& v) { return v[0] * 2; }, {x}); }) ==
        "gradcheck: a tensor of shape [1] is bfloat16, which rounds away what a numeric derivative "
        "looks at; convert it with to(float64)");
}

TEST_CASE("floats of 16 bits are changed in place", "[ops][stored]") {
  Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}}, float16);
  x.add_(1).mul_(x);
  CHECK(values(x) == std::vector<double>{4, 9, 16, 25});
  x[0] = 0.5;
  x[{Slice(), 1}] += 1;
  CHECK(values(x) == std::vector<double>{0.5, 1.5, 16, 26});
  x[x > 10] = 10;
  CHECK(values(x) == std::vector<double>{0.5, 1.5, 10, 10});
  x.t().narrow(0, 1, 1).exp_();
  CHECK(values(x)[1] == static_cast<double>(static_cast<float>(Float16(std::exp(1.5)))));
  x.fill_(0.1);
  CHECK((x == 0.1).to_vector<bool>() == std::vector<bool>(4, true));
  Tensor leaf = ones({2}, {.dtype = bfloat16, .requires_grad = true});
  Tensor y = leaf * 3;
  y.mul_(y);
  sum(y).backward();
  CHECK(values(leaf.grad()) == std::vector<double>{18, 18});
}

TEST_CASE("random numbers of 16 bits are the float32 ones, rounded", "[ops][stored]") {
  for (const DType dtype : {float16, bfloat16}) {
    Generator a(5);
    Generator b(5);
    CHECK(equal(randn({100}, {.dtype = dtype}, a), randn({100}, {}, b).to(dtype)));
    CHECK(equal(rand({100}, {.dtype = dtype}, a), rand({100}, {}, b).to(dtype)));
  }
  Generator a(5);
  Generator b(5);
  CHECK(equal(randint(-100, 100, {50}, {.dtype = int8}, a), randint(-100, 100, {50}, {}, b)));
  CHECK(error_of([] { uniform_(empty({2}, {.dtype = float16}), 0, 70000); }) ==
        "uniform_: from 0 to 70000 is no interval that float16 can hold");
}

TEST_CASE("layers compute in 16 bits, optimizers don't train them", "[ops][stored]") {
  nn::Linear layer(3, 2);
  layer.to(bfloat16);
  const Tensor y = layer.forward(ones({4, 3}, {.dtype = bfloat16}));
  CHECK(y.dtype() == bfloat16);
  sum(y).backward();
  CHECK(layer.parameters()[0].grad().dtype() == bfloat16);
  CHECK(error_of([&] { optim::SGD(layer.parameters(), {.lr = 0.1}); }) ==
        "SGD: parameter 0 of shape [2, 3] is bfloat16, which rounds small steps away; train "
        "float32 and convert a copy with to(bfloat16)");
}
