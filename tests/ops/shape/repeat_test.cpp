#include "tapegrad/ops/shape/repeat.hpp"

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::OpRow;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

namespace {

OpRow row(std::string_view name, Tensor (*f)(const Tensor&), const Shape& empty_result) {
  return {.name = name,
          .f = [f](const Tensors& x) { return square(f(x[0])); },
          .inputs = {{{2, 1, 3}}},
          .empty_inputs = {{2, 1, 0}},
          .empty_result = empty_result};
}

}  // namespace

TEST_CASE("repetitions have their derivatives", "[ops][table]") {
  OpRow plain = row("expand",
                    [](const Tensor& x) {
                      return repeat(x, {2, 1, 3, 2});
                    },
                    {2, 2, 3, 0});
  plain.refuses = {{"repeat: [2] for the 2 dimensions of shape [2, 3]; use tile()",
                    [] {
                      repeat(ones({2, 3}), 2);
                    }},
                   {"repeat: a negative number of copies: [1, -1]", [] {
                      repeat(ones({2, 3}), {1, -1});
                    }}};
  OpRow each =
      row("expand", [](const Tensor& x) { return repeat_interleave(x, 2, -1); }, {2, 1, 0});
  each.refuses = {
      {"repeat_interleave: a negative number of copies: -1",
       [] { repeat_interleave(ones({2}), -1, 0); }},
      {"repeat_interleave: dim 1 is out of range", [] { repeat_interleave(ones({2}), 1, 1); }},
      {"repeat_interleave: counts must be integers, got float32",
       [] { repeat_interleave(ones({2}), ones({2}), 0); }},
      {"repeat_interleave: counts of shape [3] for dimension 0 of shape [2]", [] {
         repeat_interleave(ones({2}), tensor({1, 2, 3}), 0);
       }}};
  test::check_rows({plain, row("expand", [](const Tensor& x) { return tile(x, 2); }, {2, 1, 0}),
                    each,
                    row("index_select",
                        [](const Tensor& x) {
                          return repeat_interleave(x, tensor({0, 3}), 0);
                        },
                        {3, 1, 0})});
}

TEST_CASE("repeat lays copies one behind the other", "[ops][shape]") {
  const Tensor x = tensor({{1, 2}, {3, 4}});
  CHECK(repeat(x, {1, 2}).to_vector<std::int64_t>() == Ints{1, 2, 1, 2, 3, 4, 3, 4});
  CHECK(repeat(x, {2, 1}).to_vector<std::int64_t>() == Ints{1, 2, 3, 4, 1, 2, 3, 4});
  CHECK(repeat(x, {3, 1, 1}).shape() == Shape{3, 2, 2});
  CHECK(repeat(x, {0, 1}).shape() == Shape{0, 2});
  CHECK(repeat(tensor(7), {2, 2}).to_vector<std::int64_t>() == Ints{7, 7, 7, 7});
  CHECK_FALSE(repeat(x, {1, 1}).shares_storage_with(x));
  CHECK_FALSE(repeat(x, {1, 1, 1}).overlaps_itself());
  CHECK(tile(x, 2).to_vector<std::int64_t>() == Ints{1, 2, 1, 2, 3, 4, 3, 4});
  const Tensor deep = arange(2).reshape({1, 1, 1, 1, 1, 1, 1, 2});
  CHECK(repeat(deep, {1, 1, 1, 1, 1, 1, 1, 3}).to_vector<std::int64_t>() == Ints{0, 1, 0, 1, 0, 1});
}

TEST_CASE("repeat_interleave lays copies beside each other", "[ops][shape]") {
  const Tensor x = tensor({{1, 2}, {3, 4}});
  CHECK(repeat_interleave(x, 2).to_vector<std::int64_t>() == Ints{1, 1, 2, 2, 3, 3, 4, 4});
  CHECK(repeat_interleave(x, 2, 0).to_vector<std::int64_t>() == Ints{1, 2, 1, 2, 3, 4, 3, 4});
  CHECK(repeat_interleave(x, tensor({1, 2}), 1).to_vector<std::int64_t>() ==
        Ints{1, 2, 2, 3, 4, 4});
  CHECK(repeat_interleave(x, tensor(2), 1).shape() == Shape{2, 4});
  CHECK(repeat_interleave(x, 0, 1).shape() == Shape{2, 0});
}
