#include "tapegrad/ops/loss/regression.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("a loss of pairs that lie differently has the gradients of those that lie alike",
          "[ops][loss]") {
  const Tensor a = test::spread({3, 4}, -1, 1), b = test::spread({3, 4}, 0, 2, 1);
  const auto turned = [](const Tensor& x) {
    return x.transpose(0, 1).contiguous().transpose(0, 1);
  };
  const auto gradients = [](Tensor x, Tensor y) {
    x.requires_grad_();
    y.requires_grad_();
    nn::mse_loss(x, y).backward();
    return std::vector{x.grad(), y.grad()};
  };
  const std::vector<Tensor> alike = gradients(a.clone(), b.clone());
  for (const bool first : {true, false}) {
    const std::vector<Tensor> g =
        gradients(first ? turned(a) : a.clone(), first ? b.clone() : turned(b));
    for (std::size_t i = 0; i < 2; ++i) CHECK(test::difference(g[i], alike[i], 0, 0) == "");
  }
}

TEST_CASE("a long mean of losses loses no digits to its order", "[ops][loss]") {
  const Tensor x = test::spread({1000, 37}, -1, 1).to(float32);
  const Tensor y = test::spread({1000, 37}, -1, 1, 5).to(float32);
  const std::vector<double> a = x.to_vector<double>();
  const std::vector<double> b = y.to_vector<double>();
  long double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  const double expected = static_cast<double>(sum / 37000);
  for (const test::Arrangement arrangement :
       {test::Arrangement::dense, test::Arrangement::transposed, test::Arrangement::sliced}) {
    CAPTURE(test::name_of(arrangement));
    // The squares are rounded to float32 each; their errors have no preferred sign.
    CHECK(nn::mse_loss(test::laid(x, arrangement), y).item<double>() ==
          Approx(expected).epsilon(1e-7));
  }
}
