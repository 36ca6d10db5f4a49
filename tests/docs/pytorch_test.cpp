// Examples of PyTorch's documentation, word by word but for `tg::` and braces: each gives the
// numbers that its page shows. A comment names the page, below https://docs.pytorch.org.
#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;
using Numbers = std::vector<double>;
using tg::Shape;
using tg::tensor;

namespace {

Numbers numbers(const tg::Tensor& x) { return x.to_vector<double>(); }

/// The pages print four digits behind the point.
void check_printed(const tg::Tensor& x, const Numbers& printed) {
  const Numbers got = numbers(x);
  REQUIRE(got.size() == printed.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(std::abs(got[i] - printed[i]) <= 0.51e-4);
}

}  // namespace

TEST_CASE("tutorials/beginner/basics/tensorqs_tutorial", "[docs][pytorch]") {
  auto tensor = tg::ones({4, 4});
  tensor[{tg::ellipsis, 1}] = 0;
  CHECK(numbers(tensor[0]) == Numbers{1, 0, 1, 1});
  auto agg = tensor.sum();
  const float agg_item = agg.item();
  CHECK(agg_item == 12);
  CHECK(numbers(tensor.matmul(tensor.t())[0]) == Numbers{3, 3, 3, 3});
  CHECK(tg::cat({tensor, tensor, tensor}, 1).shape() == Shape{4, 12});
  tensor.add_(5);
  CHECK(numbers(tensor[3]) == Numbers{6, 5, 6, 6});
}

TEST_CASE("tutorials/beginner/blitz/autograd_tutorial", "[docs][pytorch]") {
  auto a = tensor({2., 3.}, {.requires_grad = true});
  auto b = tensor({6., 4.}, {.requires_grad = true});
  auto Q = 3 * a.pow(3) - b.pow(2);
  auto external_grad = tensor({1., 1.});
  Q.backward(external_grad);
  CHECK(numbers(9 * a.pow(2) == a.grad()) == Numbers{1, 1});
  CHECK(numbers(-2 * b == b.grad()) == Numbers{1, 1});
  CHECK(numbers(a.grad()) == Numbers{36, 81});
}

TEST_CASE("tutorials/beginner/basics/autogradqs_tutorial", "[docs][pytorch]") {
  auto inp = tg::eye(4, 5, {.requires_grad = true});
  auto out = (inp + 1).pow(2).t();
  out.backward(tg::ones_like(out), {.retain_graph = true});
  CHECK(numbers(inp.grad()[1]) == Numbers{2, 4, 2, 2, 2});
  out.backward(tg::ones_like(out), {.retain_graph = true});
  CHECK(numbers(inp.grad()[1]) == Numbers{4, 8, 4, 4, 4});
  inp.grad().zero_();
  out.backward(tg::ones_like(out), {.retain_graph = true});
  CHECK(numbers(inp.grad()[1]) == Numbers{2, 4, 2, 2, 2});
}

TEST_CASE("docs/stable/generated/torch.Tensor.register_hook", "[docs][pytorch]") {
  auto v = tensor({0., 0., 0.}, {.requires_grad = true});
  v.register_hook([](const tg::Tensor& grad) { return grad * 2; });
  v.backward(tensor({1., 2., 3.}));
  CHECK(numbers(v.grad()) == Numbers{2, 4, 6});
}

TEST_CASE("docs/stable/generated/torch.gather", "[docs][pytorch]") {
  auto t = tensor({{1, 2}, {3, 4}});
  CHECK(numbers(t.gather(1, tensor({{0, 0}, {1, 0}}))) == Numbers{1, 1, 4, 3});
}

TEST_CASE("docs/stable/generated/torch.Tensor.scatter_", "[docs][pytorch]") {
  auto src = tg::arange(1, 11).reshape({2, 5});
  auto index = tensor({{0, 1, 2, 0}});
  auto y = tg::zeros({3, 5}, src.dtype()).scatter(0, index, src);
  CHECK(numbers(y) == Numbers{1, 0, 0, 4, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0});
}

TEST_CASE("docs/stable/generated/torch.Tensor.index_add_", "[docs][pytorch]") {
  auto x = tg::ones({5, 3});
  auto t = tensor({{1., 2., 3.}, {4., 5., 6.}, {7., 8., 9.}});
  auto index = tensor({0, 4, 2});
  CHECK(numbers(x.index_add(0, index, t)) == Numbers{2, 3, 4, 1, 1, 1, 8, 9, 10, 1, 1, 1, 5, 6, 7});
}

TEST_CASE("docs/stable/generated/torch.Tensor.unfold", "[docs][pytorch]") {
  auto x = tg::arange(1., 8);
  CHECK(numbers(x.unfold(0, 2, 1)) == Numbers{1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7});
  CHECK(numbers(x.unfold(0, 2, 2)) == Numbers{1, 2, 3, 4, 5, 6});
}

TEST_CASE("docs/stable/generated/torch.repeat_interleave", "[docs][pytorch]") {
  auto x = tensor({1, 2, 3});
  CHECK(numbers(x.repeat_interleave(2)) == Numbers{1, 1, 2, 2, 3, 3});
  auto y = tensor({{1, 2}, {3, 4}});
  CHECK(numbers(tg::repeat_interleave(y, 2)) == Numbers{1, 1, 2, 2, 3, 3, 4, 4});
  CHECK(numbers(tg::repeat_interleave(y, 3, 1)) == Numbers{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4});
  CHECK(numbers(tg::repeat_interleave(y, tensor({1, 2}), 0)) == Numbers{1, 2, 3, 4, 3, 4});
}

TEST_CASE("docs/stable/generated/torch.roll", "[docs][pytorch]") {
  auto x = tensor({1, 2, 3, 4, 5, 6, 7, 8}).view(4, 2);
  CHECK(numbers(tg::roll(x, 1)) == Numbers{8, 1, 2, 3, 4, 5, 6, 7});
  CHECK(numbers(tg::roll(x, 1, 0)) == Numbers{7, 8, 1, 2, 3, 4, 5, 6});
  CHECK(numbers(tg::roll(x, -1, 0)) == Numbers{3, 4, 5, 6, 7, 8, 1, 2});
  CHECK(numbers(tg::roll(x, {2, 1}, {0, 1})) == Numbers{6, 5, 8, 7, 2, 1, 4, 3});
}

TEST_CASE("docs/stable/generated/torch.flip and torch.rot90", "[docs][pytorch]") {
  auto x = tg::arange(8).view(2, 2, 2);
  CHECK(numbers(tg::flip(x, {0, 1})) == Numbers{6, 7, 4, 5, 2, 3, 0, 1});
  auto y = tg::arange(4).view(2, 2);
  CHECK(numbers(tg::rot90(y, 1, {0, 1})) == Numbers{1, 3, 0, 2});
  CHECK(numbers(tg::rot90(x, 1, {1, 2})) == Numbers{1, 3, 0, 2, 5, 7, 4, 6});
}

TEST_CASE("docs/stable/generated/torch.searchsorted", "[docs][pytorch]") {
  auto sorted_sequence = tensor({{1, 3, 5, 7, 9}, {2, 4, 6, 8, 10}});
  auto values = tensor({{3, 6, 9}, {3, 6, 9}});
  CHECK(numbers(tg::searchsorted(sorted_sequence, values)) == Numbers{1, 3, 4, 1, 2, 4});
  CHECK(numbers(tg::searchsorted(sorted_sequence, values, true)) == Numbers{2, 3, 5, 1, 3, 4});
}

TEST_CASE("docs/stable/generated/torch.bucketize", "[docs][pytorch]") {
  auto boundaries = tensor({1, 3, 5, 7, 9});
  auto v = tensor({{3, 6, 9}, {3, 6, 9}});
  CHECK(numbers(tg::bucketize(v, boundaries)) == Numbers{1, 3, 4, 1, 3, 4});
  CHECK(numbers(tg::bucketize(v, boundaries, true)) == Numbers{2, 3, 5, 2, 3, 5});
}

TEST_CASE("docs/stable/generated/torch.nn.functional.one_hot", "[docs][pytorch]") {
  CHECK(numbers(tg::one_hot(tg::arange(0, 5) % 3)) ==
        Numbers{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0});
  CHECK(tg::one_hot(tg::arange(0, 5) % 3, 5).shape() == Shape{5, 5});
  CHECK(numbers(tg::one_hot(tg::arange(0, 6).view(3, 2) % 3)) ==
        Numbers{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1});
}

TEST_CASE("docs/stable/generated/torch.unique and torch.histc", "[docs][pytorch]") {
  const auto found = tg::unique(tensor({1, 3, 2, 3}));
  CHECK(numbers(found.values) == Numbers{1, 2, 3});
  CHECK(numbers(found.inverse) == Numbers{0, 2, 1, 2});
  CHECK(numbers(tg::histc(tensor({1., 2, 1}), 4, 0, 3)) == Numbers{0, 2, 1, 0});
}

TEST_CASE("docs/stable/generated/torch.norm", "[docs][pytorch]") {
  auto a = tg::arange(9, {.dtype = tg::float32}) - 4;
  auto b = a.reshape({3, 3});
  check_printed(tg::norm(a), {7.7460});
  check_printed(tg::norm(b), {7.7460});
  CHECK(tg::norm(b, INFINITY).item<float>() == 4);
  auto c = tensor({{1, 2, 3}, {-1, 1, 4}}, {.dtype = tg::float32});
  check_printed(tg::norm(c, 2, 0), {1.4142, 2.2361, 5.0000});
  check_printed(tg::norm(c, 2, 1), {3.7417, 4.2426});
  CHECK(numbers(tg::norm(c, 1, 1)) == Numbers{6, 6});
}

TEST_CASE("docs/stable/generated/torch.fmod and torch.remainder", "[docs][pytorch]") {
  auto x = tensor({-3., -2, -1, 1, 2, 3});
  auto y = tensor({1, 2, 3, 4, 5});
  CHECK(numbers(tg::fmod(x, 2)) == Numbers{-1, 0, -1, 1, 0, 1});
  CHECK(numbers(tg::fmod(y, -1.5)) == Numbers{1, 0.5, 0, 1, 0.5});
  CHECK(numbers(tg::remainder(x, 2)) == Numbers{1, 0, 1, 1, 0, 1});
  CHECK(numbers(tg::remainder(y, -1.5)) == Numbers{-0.5, -1, 0, -0.5, -1});
}

TEST_CASE("docs/stable/generated/torch.nan_to_num", "[docs][pytorch]") {
  const double inf = INFINITY, most = std::numeric_limits<float>::max();
  auto x = tensor({double(NAN), inf, -inf, 3.5});
  CHECK(numbers(tg::nan_to_num(x)) == Numbers{0, most, -most, 3.5});
  CHECK(numbers(tg::nan_to_num(x, 2.0)) == Numbers{2, most, -most, 3.5});
  CHECK(numbers(tg::nan_to_num(x, 2.0, 1.0)) == Numbers{2, 1, -most, 3.5});
}

TEST_CASE("docs/stable/generated/torch.quantile and torch.take", "[docs][pytorch]") {
  auto a = tg::arange(4.);
  check_printed(tg::quantile(a, 0.6), {1.8});
  auto src = tensor({{4, 3, 5}, {6, 7, 8}});
  CHECK(numbers(tg::take(src, tensor({0, 2, 5}))) == Numbers{4, 5, 8});
}

TEST_CASE("docs/stable/generated/torch.std_mean", "[docs][pytorch]") {
  auto a = tensor({{0.2035, 1.2959, 1.8101, -0.4644},
                   {1.5027, -0.3270, 0.5905, 0.6538},
                   {-1.5745, 1.3330, -0.5596, -0.6548},
                   {0.1264, -0.5080, 1.6420, 0.1992}});
  const auto [std, mean] = tg::std_mean(a, 1, true);
  check_printed(std, {1.0311, 0.7477, 1.2204, 0.9087});
  check_printed(mean, {0.7113, 0.6050, -0.3640, 0.3649});
}

TEST_CASE("docs/stable/generated/torch.logaddexp and torch.hypot", "[docs][pytorch]") {
  check_printed(tg::logaddexp(tensor({-1.0}), tensor({-1.0, -2, -3})), {-0.3069, -0.6867, -0.8731});
  CHECK(numbers(tg::logaddexp(tensor({-100.0, -200, -300}), tensor({-1.0, -2, -3}))) ==
        Numbers{-1, -2, -3});
  check_printed(tg::logaddexp(tensor({1.0, 2000, 30000}), tensor({-1.0, -2, -3})),
                {1.1269, 2000, 30000});
  check_printed(tg::hypot(tensor({4.0}), tensor({3.0, 4.0, 5.0})), {5.0000, 5.6569, 6.4031});
}

TEST_CASE("docs/stable/special", "[docs][pytorch]") {
  check_printed(tensor({0, -1., 10.}).erf(), {0, -0.8427, 1});
  check_printed(tensor({0, -1., 10.}).erfc(), {1, 1.8427, 0});
  check_printed(tensor({1, 0.5}).digamma(), {-0.5772, -1.9635});
  check_printed(tg::arange(0.5, 2, 0.5).lgamma(), {0.5724, 0, -0.1208});
  check_printed(tg::polygamma(1, tensor({1, 0.5})), {1.64493, 4.9348});
  check_printed(tensor({0, std::log(2.)}).expm1(), {0, 1});
}

TEST_CASE("docs/stable/generated/torch.meshgrid and torch.nonzero", "[docs][pytorch]") {
  const auto grids = tg::meshgrid({tensor({1, 2, 3}), tensor({4, 5, 6})});
  CHECK(numbers(grids[0]) == Numbers{1, 1, 1, 2, 2, 2, 3, 3, 3});
  CHECK(numbers(grids[1]) == Numbers{4, 5, 6, 4, 5, 6, 4, 5, 6});
  CHECK(numbers(tg::nonzero(tensor({1, 1, 1, 0, 1}))) == Numbers{0, 1, 2, 4});
}

TEST_CASE("docs/stable/generated/torch.bitwise_left_shift and torch.pow", "[docs][pytorch]") {
  auto a = tensor({-1, -2, 3}, {.dtype = tg::int32});
  auto b = tensor({1, 0, 3}, {.dtype = tg::int32});
  CHECK(numbers(a.bitwise_and(b)) == Numbers{1, 0, 3});
  CHECK(numbers(a.bitwise_left_shift(b)) == Numbers{-2, -2, 24});
  auto exp = tg::arange(1., 5.);
  CHECK(numbers(tg::pow(tg::arange(1., 5.), exp)) == Numbers{1, 4, 27, 256});
  CHECK(numbers(tg::pow(2, exp)) == Numbers{2, 4, 8, 16});
}
