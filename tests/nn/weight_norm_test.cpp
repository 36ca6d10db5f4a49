#include "tapegrad/nn/weight_norm.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/checkpoint.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/gradcheck.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/nn/spectral_norm.hpp"
#include "tapegrad/nn/summary.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Names = std::vector<std::string>;

namespace {

Names names_of(const nn::Module& module) {
  Names names;
  for (const auto& [name, tensor] : module.state_dict()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("weight_norm has PyTorch's names and begins as the layer was", "[nn][weight_norm]") {
  const nn::Linear plain(3, 2, {.dtype = float64});
  const nn::WeightNorm normed = nn::weight_norm(nn::Linear(plain));
  CHECK(names_of(normed) ==
        Names{"bias", "parametrizations.weight.original0", "parametrizations.weight.original1"});
  CHECK(normed.length.shape() == Shape{2, 1});
  const Tensor x = test::spread({4, 3}, -1, 1);
  CHECK(test::difference(normed(x), plain(x), 1e-15, 1e-15) == "");
  // The length alone scales.
  nn::WeightNorm copy(normed);
  const NoGrad guard;
  Tensor(copy.length).mul_(2);
  CHECK(test::difference(copy.weight(), 2 * plain.weight.detach(), 1e-15, 0) == "");
  CHECK(test::difference(normed.weight(), plain.weight.detach(), 1e-15, 0) == "");
  CHECK(nn::weight_norm(nn::Conv2d(2, 3, 2), -3).length.shape() == Shape{1, 2, 1, 1});
  CHECK(nn::weight_norm(nn::Conv2d(2, 3, 2), std::nullopt).length.shape() == Shape{});
}

TEST_CASE("weight_norm has right derivatives", "[nn][weight_norm]") {
  const auto f = [](const std::vector<Tensor>& in) { return nn::weight_norm(in[0], in[1], 1); };
  CHECK(gradcheck(f,
                  {test::spread({3, 2, 2}, -1, 1).requires_grad_(),
                   test::spread({1, 2, 1}, 1, 2).requires_grad_()},
                  {.order = 2}));
}

TEST_CASE("layers with computed weights are trained, copied and summed up", "[nn][weight_norm]") {
  nn::Sequential net(nn::weight_norm(nn::Linear(3, 4)), nn::spectral_norm(nn::Linear(4, 1)));
  nn::Sequential copy = net;
  optim::SGD sgd(net.parameters(), {.lr = 0.1});
  for (int i = 0; i < 2; ++i) {
    sgd.zero_grad();
    mean(square(net(ones({5, 3})))).backward();
    sgd.step();
  }
  CHECK_FALSE(equal(net.get<nn::WeightNorm<nn::Linear>>(0).length,
                    copy.get<nn::WeightNorm<nn::Linear>>(0).length));
  net = copy;
  net.eval();
  copy.eval();
  CHECK(equal(net(ones({5, 3})), copy(ones({5, 3}))));
  const nn::Summary summary = nn::summary(net, ones({5, 3}));
  CHECK(summary.parameters == 12 + 4 + 4 + 4 + 1);
  CHECK(summary.rows[1].type == "ParametrizedLinear");
}

TEST_CASE("spectral_norm divides by the largest singular value", "[nn][spectral_norm]") {
  manual_seed(2);
  nn::SpectralNorm normed =
      nn::spectral_norm(nn::Linear(5, 4, {.dtype = float64}), {.n_power_iterations = 200});
  CHECK(names_of(normed) == Names{"bias", "parametrizations.weight.original",
                                  "parametrizations.weight.0._u", "parametrizations.weight.0._v"});
  // By LAPACK: the power method has come close by now.
  CHECK(std::abs(svdvals(normed.weight().detach())[0].item<double>() - 1) < 1e-9);

  // In train mode each pass goes on with the vectors, in eval mode none does.
  const Tensor before = normed.power_method.u.detach().clone();
  nn::SpectralNorm slow = nn::spectral_norm(nn::Linear(5, 4, {.dtype = float64}));
  const Tensor u = slow.power_method.u.detach().clone();
  slow(ones({1, 5}, {.dtype = float64}));
  CHECK_FALSE(equal(slow.power_method.u, u));
  const Tensor trained = slow.power_method.u.detach().clone();
  slow.eval();
  slow(ones({1, 5}, {.dtype = float64}));
  CHECK(equal(slow.power_method.u, trained));
  CHECK(nn::spectral_norm(nn::ConvTranspose1d(3, 2, 4)).power_method.u.shape() == Shape{2});
  CHECK(nn::spectral_norm(nn::ConvTranspose1d(5, 2, 4), {.dim = 0}).power_method.u.shape() ==
        Shape{5});
}

// As torch.nn.utils.parametrizations prints, but for the names of its lists.
TEST_CASE("layers with computed weights print what computes them once", "[nn][spectral_norm]") {
  CHECK(to_string(nn::spectral_norm(nn::Linear(5, 4))) ==
        "ParametrizedLinear(\n"
        "  in_features=5, out_features=4, bias=True\n"
        "  (parametrizations): List(\n"
        "    (weight): List(\n"
        "      (0): _SpectralNorm()\n"
        "    )\n"
        "  )\n"
        ")");
  const nn::SpectralNorm normed = nn::spectral_norm(nn::Linear(5, 4));
  Names rows;
  for (const nn::SummaryRow& row : nn::summary(normed, ones({1, 5})).rows) rows.push_back(row.name);
  CHECK(rows ==
        Names{"", "parametrizations", "parametrizations.weight", "parametrizations.weight.0"});
}

TEST_CASE("the vectors of spectral_norm are constants of its derivative", "[nn][spectral_norm]") {
  nn::SpectralNorm normed = nn::spectral_norm(nn::Conv1d(2, 3, 2, {.dtype = float64}));
  normed.eval();
  const Tensor x = test::spread({2, 2, 5}, -1, 1);
  CHECK(nn::gradcheck(normed, [&] { return sum(square(normed(x))); }));
}

TEST_CASE("spectral_norm in train mode is refused within checkpoint()", "[nn][spectral_norm]") {
  nn::SpectralNorm normed = nn::spectral_norm(nn::Linear(3, 2, {.dtype = float64}));
  const Tensor x = test::spread({2, 3}, -1, 1).requires_grad_();
  const auto block = [&](const Tensor& t) { return tanh(normed(t)); };
  const Tensor u = normed.power_method.u.detach().clone();
  CHECK_THROWS_WITH(checkpoint(block, x),
                    "spectral_norm: in train() mode each pass steps on, so that checkpoint() can't "
                    "compute it again: leave it outside, or eval() it");
  CHECK(equal(normed.power_method.u, u));
  CHECK_FALSE(checkpointing());
  normed.eval();
  const Tensor plain = grad({sum(block(x))}, {x})[0];
  CHECK(equal(grad({sum(checkpoint(block, x))}, {x})[0], plain));
}

TEST_CASE("weights that can't be computed are refused", "[nn][weight_norm]") {
  CHECK_THROWS_WITH(nn::weight_norm(nn::Linear(2, 2), 2),
                    "weight_norm: dim 2 is out of range for shape [2, 2]");
  CHECK_THROWS_WITH(nn::weight_norm(ones({2, 3}), ones({2})),
                    "weight_norm: g is [2]; of v [2, 3] it needs [2, 1]");
  CHECK_THROWS_WITH(nn::spectral_norm(nn::Linear(2, 2), {.dim = -3}),
                    "spectral_norm: dim -3 is out of range for shape [2, 2]");
  CHECK_THROWS_WITH(nn::spectral_norm(nn::Linear(2, 2), {.n_power_iterations = 0}),
                    "spectral_norm: n_power_iterations is 0, eps is 1e-12; both are positive");
}
