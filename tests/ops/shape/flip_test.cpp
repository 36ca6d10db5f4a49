#include "tapegrad/ops/shape/flip.hpp"

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

TEST_CASE("turning and rolling have their derivatives", "[ops][table]") {
  const Tensor x = zeros({2, 3});
  test::check_rows({
      {.name = "flip",
       .f =
           [](const Tensors& v) {
             return square(flip(v[0], {0, -1}));
           },
       .inputs = {{{2, 3, 4}}},
       .empty_inputs = {{2, 0, 4}},
       .empty_result = {2, 0, 4},
       .refuses = {{"flip: dim 2 is out of range", [=] { flip(x, 2); }},
                   {"flip: dim -1 is given twice in [1, -1]",
                    [=] {
                      flip(x, {1, -1});
                    }}}},
      {.name = "cat",
       .f =
           [](const Tensors& v) {
             return square(roll(v[0], {1, -2}, {0, 2}));
           },
       .inputs = {{{2, 3, 4}}},
       .empty_inputs = {{2, 0, 4}},
       .empty_result = {2, 0, 4},
       .refuses = {{"roll: 1 shifts for 2 dims: [1] and [0, 1]",
                    [=] {
                      roll(x, 1, {0, 1});
                    }},
                   {"roll: dim 2 is out of range", [=] { roll(x, 1, 2); }}}},
      {.name = "flip",
       .f =
           [](const Tensors& v) {
             return square(rot90(v[0], 3, {1, 0}));
           },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {3, 0},
       .refuses = {{"rot90: needs two dims: [0]", [=] { rot90(x, 1, 0); }}}},
  });
}

TEST_CASE("flip turns the order of elements round", "[ops][shape]") {
  const Tensor x = arange(6).reshape({2, 3});
  CHECK(flip(x, 1).to_vector<std::int64_t>() == Ints{2, 1, 0, 5, 4, 3});
  CHECK(flip(x, 0).to_vector<std::int64_t>() == Ints{3, 4, 5, 0, 1, 2});
  CHECK(flip(x, {0, 1}).to_vector<std::int64_t>() == Ints{5, 4, 3, 2, 1, 0});
  CHECK(flip(x.t(), 0).to_vector<std::int64_t>() == Ints{2, 5, 1, 4, 0, 3});
  CHECK(flip(x, Dims{}).to_vector<std::int64_t>() == x.to_vector<std::int64_t>());
  CHECK_FALSE(flip(x, 0).shares_storage_with(x));
  CHECK(flip(x.expand({2, 2, 3}), {0, 2}).select(0, 1).to_vector<std::int64_t>() ==
        Ints{2, 1, 0, 5, 4, 3});
  for (const DType dtype : {boolean, uint8, int32, float32, float64}) {
    CHECK(flip(tensor({1, 0, 0}).to(dtype), 0).to_vector<std::int64_t>() == Ints{0, 0, 1});
  }
  CHECK(flip(tensor(3), 0).item<int>() == 3);
}

TEST_CASE("roll moves elements round, rot90 turns by right angles", "[ops][shape]") {
  const Tensor x = arange(6).reshape({2, 3});
  CHECK(roll(x, 1, 1).to_vector<std::int64_t>() == Ints{2, 0, 1, 5, 3, 4});
  CHECK(roll(x, -4, 1).to_vector<std::int64_t>() == Ints{1, 2, 0, 4, 5, 3});
  CHECK(roll(x, {1, 1}, {0, 1}).to_vector<std::int64_t>() == Ints{5, 3, 4, 2, 0, 1});
  CHECK(roll(x, 2).to_vector<std::int64_t>() == Ints{4, 5, 0, 1, 2, 3});
  CHECK_FALSE(roll(x, 0).shares_storage_with(x));
  // As numpy.rot90.
  CHECK(rot90(x).shape() == Shape{3, 2});
  CHECK(rot90(x).to_vector<std::int64_t>() == Ints{2, 5, 1, 4, 0, 3});
  CHECK(rot90(x, 2).to_vector<std::int64_t>() == Ints{5, 4, 3, 2, 1, 0});
  CHECK(rot90(x, -1).to_vector<std::int64_t>() == Ints{3, 0, 4, 1, 5, 2});
  CHECK(rot90(x, 1, {1, 0}).to_vector<std::int64_t>() == Ints{3, 0, 4, 1, 5, 2});
  CHECK(rot90(x, 4).to_vector<std::int64_t>() == x.to_vector<std::int64_t>());
}
