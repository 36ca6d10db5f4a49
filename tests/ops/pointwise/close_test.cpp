// equal(), isclose() and allclose() against what PyTorch's definition gives by hand.
#include "tapegrad/ops/pointwise/close.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise/arithmetic.hpp"

using namespace tapegrad;

namespace {
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("tensors are equal if their shapes and elements are", "[ops][close]") {
  CHECK(equal(tensor({1, 2}), tensor({1, 2})));
  CHECK(tensor({1, 2}).equal(tensor({1.0, 2.0})));
  CHECK_FALSE(equal(tensor({1, 2}), tensor({1, 3})));
  CHECK_FALSE(equal(tensor({1, 2}), tensor({{1, 2}})));
  CHECK_FALSE(equal(tensor({1, 1}), tensor({1})));
  CHECK_FALSE(equal(full({}, not_a_number), full({}, not_a_number)));
  CHECK(equal(zeros({0, 3}), zeros({0, 3})));
  // Not after rounding both to float64.
  CHECK_FALSE(equal(tensor({9007199254740993}), tensor({9007199254740992.0}, float64)));
}

TEST_CASE("elements are close within atol + rtol |b|", "[ops][close]") {
  const Tensor b = tensor({1.0, -100.0, 0.0, 1.0}, float64);
  const Tensor a = tensor({1.125, -100.25, 0.0625, 1.25}, float64);
  CHECK(isclose(a, b, 0.125, 0).to_vector<bool>() == std::vector<bool>{true, true, false, false});
  CHECK(isclose(a, b, 0, 0.25).to_vector<bool>() == std::vector<bool>{true, true, true, true});
  CHECK(isclose(a, b).to_vector<bool>() == std::vector<bool>(4, false));
  // Of b, not of a: 1.25 * 0.21 would reach.
  CHECK_FALSE(allclose(tensor({1.25}), tensor({1.0}), 0.21, 0));
  CHECK(allclose(tensor({1.0}), tensor({1.25}), 0.21, 0));
  CHECK(allclose(ones({2, 3}), ones({3})));
  CHECK(ones({2}).allclose(ones({2}) + 1e-6));
}

TEST_CASE("infinities and NaN are close to themselves only", "[ops][close]") {
  const Tensor a =
      tensor({infinite, -infinite, infinite, 1.0, not_a_number, not_a_number}, float64);
  const Tensor b = tensor({infinite, infinite, 1.0, infinite, not_a_number, 1.0}, float64);
  const std::vector<bool> same{true, false, false, false, false, false};
  CHECK(isclose(a, b).to_vector<bool>() == same);
  CHECK(isclose(a, b, 1e-5, infinite).to_vector<bool>() == same);
  CHECK(isclose(a, b, 1e-5, 1e-8, true).to_vector<bool>() ==
        std::vector<bool>{true, false, false, false, true, false});
}

TEST_CASE("what can't be compared is refused", "[ops][close][misuse]") {
  CHECK(test::error_of([] { isclose(ones({2}), ones({3})); }) ==
        "isclose: shapes don't broadcast: [2] and [3] have sizes 2 and 3 in dim -1; sizes must be "
        "equal "
        "or 1");
  CHECK(test::error_of([] { allclose(ones({2}), ones({2}), -1); }) ==
        "allclose: rtol -1 and atol 1e-08; neither can be negative");
  CHECK(test::error_of([] { allclose(Tensor(), ones({2})); }) ==
        "allclose: argument 1 is an undefined tensor: default-constructed, moved from, or an "
        "absent gradient");
}
