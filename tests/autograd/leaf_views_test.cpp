// Views that were made leaves: what is written through them.
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;
using test::error_of;

// PyTorch 2.13 refuses these: "a view of a leaf Variable that requires grad is being used in an
// in-place operation".
TEST_CASE("a view of a view that is a leaf isn't written while recording", "[autograd][in_place]") {
  for (const Tensor& base :
       std::vector<Tensor>{arange(6, float32).reshape({2, 3}), zeros({3, 2}).t(),
                           ones({4, 3})[{Slice(0, 2)}], ones({2, 2, 3}).detach()[0]}) {
    Tensor x = base;
    x.requires_grad_();
    const std::string refusal = error_of([&] { x[0] = 0; });
    CHECK(refusal ==
          "fill_: this is a view, of shape [3], of another that requires grad as a leaf; use the "
          "out-of-place form, or change it under NoGrad");
    CHECK_FALSE(error_of([&] { x[0][1] += 1; }).empty());
    CHECK_FALSE(error_of([&] { x += 1; }).empty());
    CHECK(x.is_leaf());
    (x * 2).sum().backward();
    CHECK(x.grad().to_vector<float>() == std::vector<float>(6, 2));
    const NoGrad guard;
    x[0] = 5;
    CHECK(x[0][1].item<float>() == 5);
  }
}
