// vstack(), hstack(), dstack() and block_diag().
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

TEST_CASE("stacks are continuations along the first three dimensions", "[ops][join]") {
  const Tensor a = arange(2);
  const Tensor b = arange(2, 4);
  CHECK(vstack({a, b}).to_vector<std::int64_t>() == Ints{0, 1, 2, 3});
  CHECK(vstack({a, b}).shape() == Shape{2, 2});
  CHECK(hstack({a, b}).shape() == Shape{4});
  CHECK(hstack({a.reshape({2, 1}), b.reshape({2, 1})}).to_vector<std::int64_t>() ==
        Ints{0, 2, 1, 3});
  CHECK(dstack({a, b}).shape() == Shape{1, 2, 2});
  CHECK(dstack({a, b}).to_vector<std::int64_t>() == Ints{0, 2, 1, 3});
  CHECK(hstack({tensor(1), tensor(2)}).to_vector<std::int64_t>() == Ints{1, 2});
  CHECK_THROWS_WITH(hstack({}), "hstack: the list has no tensor");
}

TEST_CASE("block_diag lays matrices along a diagonal", "[ops][join]") {
  const Tensor y = block_diag({tensor({{1, 2}}), tensor(3), tensor({4.5})});
  CHECK(y.shape() == Shape{3, 4});
  CHECK(y.to_vector<float>() == std::vector<float>{1, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4.5});
  test::check_rows({{.name = "cat",
                     .f =
                         [](const Tensors& v) {
                           return square(block_diag({v[0], v[1]}));
                         },
                     .inputs = {{{2, 3}}, {{3}}},
                     .empty_inputs = {{0, 3}, {0}},
                     .empty_result = {1, 3},
                     .refuses = {{"block_diag: needs matrices: shape [1, 1, 1]", [] {
                                    block_diag({ones({1, 1, 1})});
                                  }}}}});
}
