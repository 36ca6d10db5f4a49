// Names that PyTorch has elsewhere: each is what it is called here.
#include "tapegrad/spellings.hpp"
#include "support/catch.hpp"
#include "tapegrad/nn/loss.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;
namespace F = tapegrad::nn::functional;

TEST_CASE("views are functions, too", "[docs][spellings]") {
  const tg::Tensor x = tg::arange(6).view({1, 2, 3});
  CHECK(tg::equal(tg::reshape(x, {3, 2}), x.reshape({3, 2})));
  CHECK(tg::flatten(x, 1).shape() == tg::Shape{1, 6});
  CHECK(tg::flatten(x).shape() == tg::Shape{6});
  CHECK(tg::equal(tg::transpose(x, 1, 2), x.transpose(1, 2)));
  CHECK(tg::equal(tg::permute(x, {2, 0, 1}), x.permute({2, 0, 1})));
  CHECK(tg::squeeze(x).shape() == tg::Shape{2, 3});
  CHECK(tg::squeeze(x, 0).shape() == tg::Shape{2, 3});
  CHECK(tg::unsqueeze(x, -1).shape() == tg::Shape{1, 2, 3, 1});
  CHECK(tg::equal(tg::select(x, 1, 1), x.select(1, 1)));
  CHECK(tg::equal(tg::narrow(x, 2, 1, 2), x.narrow(2, 1, 2)));
  CHECK_FALSE(tg::clone(x).shares_storage_with(x));
  CHECK(x.stride(0) == 6);
  CHECK(x.stride(-1) == 1);
}

TEST_CASE("namespaces of PyTorch's have its functions", "[docs][spellings]") {
  const tg::Tensor x = tg::tensor({{4.0, 1.0}, {1.0, 3.0}}, tg::float64);
  CHECK(tg::equal(tg::linalg::inv(x), tg::inv(x)));
  CHECK(tg::equal(F::relu(-x), tg::relu(-x)));
  CHECK(tg::equal(F::mse_loss(x, x + 1), tg::nn::mse_loss(x, x + 1)));
  const auto squared = [](const tg::Tensor& v) { return v.square().sum(); };
  CHECK(tg::equal(tg::autograd::functional::jacobian(squared, x), 2 * x));
  const tg::Tensor w = tg::tensor(3.0).requires_grad_();
  CHECK(tg::autograd::grad(w * w, w).item<float>() == 6);
  const tg::NoGradGuard guard;
  CHECK_FALSE((w * w).requires_grad());
}
