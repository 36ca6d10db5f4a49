// What the tests' own comparison says of two tensors that differ.
#include "support/values.hpp"

#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

Tensor values(std::vector<double> v) { return Tensor::from_vector(std::move(v)); }

}  // namespace

TEST_CASE("a difference in the last digit is printed, with the error and what was allowed",
          "[core][values]") {
  const double next = 1 + 0x1p-52;
  CHECK(test::difference(values({5, 1}), values({5, next}), 0, 1e-16) ==
        "element 1 of [2]: 1 and 1.0000000000000002 differ by 2.22e-16; allowed: 1e-16");
  CHECK(test::difference(values({5, 1}), values({5, next}), 0, 1e-15) == "");
}
