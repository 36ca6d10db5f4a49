#include "tapegrad/ops/shape/window.hpp"

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

TEST_CASE("views of windows have their derivatives", "[ops][table]") {
  const Tensor x = zeros({2, 3});
  test::check_rows({
      {.name = "unfold",
       .f = [](const Tensors& v) { return square(unfold(v[0], 1, 3, 2)); },
       .inputs = {{{2, 6, 2}}},
       .empty_inputs = {{0, 6, 2}},
       .empty_result = {0, 2, 2, 3},
       .refuses = {{"unfold: windows of 4 elements along dimension 1", [=] { unfold(x, 1, 4, 1); }},
                   {"unfold: step 0; it must be positive", [=] { unfold(x, 1, 1, 0); }},
                   {"unfold: dim 2 is out of range", [=] { unfold(x, 2, 1, 1); }}}},
      {.name = "restrided",
       .f =
           [](const Tensors& v) {
             return square(as_strided(v[0].contiguous(), {2, 3}, {1, 2}, 1));
           },
       .inputs = {{{2, 4}}},
       .never_empty = "its result has as many elements as it says",
       .refuses = {{"as_strided: shape [2] with strides [6] from 0 reaches past the 6 elements",
                    [=] { as_strided(x, 2, 6); }},
                   {"as_strided: shape [2] with strides [1, 1]",
                    [=] {
                      as_strided(x, 2, {1, 1});
                    }},
                   {"as_strided: a negative number", [=] { as_strided(x, 2, -1, 1); }},
                   {"isn't contiguous()", [=] { as_strided(x.t(), 2, 1); }}}},
  });
}

TEST_CASE("windows overlap in memory", "[ops][shape]") {
  const Tensor x = arange(7);
  CHECK(unfold(x, 0, 3, 2).to_vector<std::int64_t>() == Ints{0, 1, 2, 2, 3, 4, 4, 5, 6});
  CHECK(unfold(x, 0, 2, 3).to_vector<std::int64_t>() == Ints{0, 1, 3, 4});
  CHECK(unfold(x, 0, 3, 2).shares_storage_with(x));
  CHECK(unfold(x.reshape({1, 7}).t(), 0, 7, 1).shape() == Shape{1, 1, 7});
  CHECK(unfold(x, 0, 0, 7).shape() == Shape{2, 0});
  CHECK(as_strided(x, {3, 3}, {2, 1}).to_vector<std::int64_t>() == Ints{0, 1, 2, 2, 3, 4, 4, 5, 6});
  CHECK(as_strided(x, {2, 2}, {0, 3}, 1).to_vector<std::int64_t>() == Ints{1, 4, 1, 4});
  CHECK(as_strided(x, Shape{}, Strides{}, 6).item<std::int64_t>() == 6);
}
