// Limits of clamp() that its input's type doesn't hold.
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

constexpr float most = std::numeric_limits<float>::max();
constexpr float infinite = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("a limit beyond float32 is none, in both kinds of reverse pass", "[ops][clamp]") {
  const std::vector<float> numbers{-infinite, -most, 0, most, infinite};
  for (const bool recorded : {false, true}) {
    Tensor x = Tensor::from_vector(std::vector<float>(numbers)).requires_grad_();
    for (const Tensor& y : {clamp(x, -1e40, 1e40), clamp_min(x, -1e40), clamp_max(x, 1e300)}) {
      CHECK(y.detach().to_vector<float>() == numbers);
      const Tensor g = grad({sum(y)}, {x}, {.create_graph = recorded})[0];
      CHECK(g.detach().to_vector<float>() == std::vector<float>(5, 1));
    }
  }
}

TEST_CASE("a limit beyond float32 that every result would have to be is refused", "[ops][clamp]") {
  const Tensor x = ones({2});
  CHECK_THROWS_WITH(clamp_min(x, 1e40), Catch::Contains("clamp_min: 1e+40 doesn't fit float32"));
  CHECK_THROWS_AS(clamp_max(x, -1e40), DTypeError);
  CHECK_THROWS_AS(clamp(x, 1e39, 1e40), DTypeError);
  CHECK(clamp_min(x.to(float64), 1e40).to_vector<double>()[0] == 1e40);
  CHECK(clamp_min(x, infinite).to_vector<float>()[0] == infinite);
}
