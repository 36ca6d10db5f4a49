// Every public function refuses an undefined tensor in its own name, and says which argument it is.
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/binary.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::error_of;

TEST_CASE("an operation says which of its arguments is undefined", "[undefined]") {
  const Tensor none;
  const Tensor x = ones({2});
  const std::string how = "default-constructed, moved from, or an absent gradient";
  CHECK(error_of([&] { exp(none); }) == "exp: argument 1 is an undefined tensor: " + how);
  CHECK(error_of([&] { x* none; }) == "mul: argument 2 is an undefined tensor: " + how);
  CHECK(error_of([&] { none / x; }) == "div: argument 1 is an undefined tensor: " + how);
}
