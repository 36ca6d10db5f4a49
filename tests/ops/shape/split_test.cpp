#include "tapegrad/ops/shape/split.hpp"

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Ints = std::vector<std::int64_t>;

TEST_CASE("split and chunk give views that cat puts together again", "[ops][join]") {
  const Tensor x = arange(10).reshape({2, 5});
  const std::vector<Tensor> pairs = split(x, 2, 1);
  CHECK(pairs.size() == 3);
  CHECK(pairs[2].shape() == Shape{2, 1});
  CHECK(pairs[0].shares_storage_with(x));
  CHECK(cat(pairs, 1).to_vector<std::int64_t>() == x.to_vector<std::int64_t>());
  const std::vector<Tensor> parts = split(x, {1, 0, 4}, -1);
  CHECK(parts[1].shape() == Shape{2, 0});
  CHECK(parts[2].to_vector<std::int64_t>() == Ints{1, 2, 3, 4, 6, 7, 8, 9});
  // PyTorch's sizes: chunk(5 into 4) has parts of 2, 2 and 1.
  CHECK(chunk(x, 4, 1).size() == 3);
  CHECK(chunk(x, 2, 1)[0].shape() == Shape{2, 3});
  CHECK(chunk(x, 7).size() == 2);
  CHECK(split(zeros({0, 2}), 3).size() == 1);
  CHECK_THROWS_AS(split(x, 0), ShapeError);
  CHECK_THROWS_AS(split(x, {2, 2}, 1), ShapeError);
  CHECK_THROWS_AS(split(x, {6, -1}, 1), ShapeError);
  CHECK_THROWS_AS(split(x, 1, 2), IndexError);
  CHECK_THROWS_AS(split(zeros({}), 1), IndexError);
  CHECK_THROWS_AS(chunk(x, 0), ShapeError);
}

TEST_CASE("an empty dimension is as many chunks as were asked for", "[join]") {
  for (const std::int64_t count : {1, 3}) {  // as in PyTorch 2.13
    const std::vector<Tensor> parts = chunk(zeros({2, 0}), count, 1);
    CHECK(parts.size() == static_cast<std::size_t>(count));
    for (const Tensor& part : parts) CHECK(part.shape() == Shape{2, 0});
  }
  CHECK(chunk(zeros({5}), 3).size() == 3);
  CHECK(chunk(zeros({4}), 3).size() == 2);
}

TEST_CASE("unbind gives a view of each slice", "[ops][table][join]") {
  const Tensor x = arange(6).reshape({2, 3});
  const std::vector<Tensor> columns = unbind(x, 1);
  CHECK(columns.size() == 3);
  CHECK(columns[2].to_vector<std::int64_t>() == Ints{2, 5});
  CHECK(columns[0].shares_storage_with(x));
  CHECK(unbind(zeros({0, 2})).empty());
  CHECK(unbind(x)[1].shape() == Shape{3});
  CHECK_THROWS_AS(unbind(tensor(1)), IndexError);
  test::check_rows(
      {{.name = "unbind",
        .f =
            [](const test::Tensors& v) {
              const std::vector<Tensor> slices = unbind(v[0], 1);
              return slices[0] * slices[2];  // the gradient of the second is missing
            },
        .inputs = {{{2, 3, 4}}},
        .empty_inputs = {{2, 3, 0}},
        .empty_result = {2, 0},
        .refuses = {{"unbind: dim 1 is out of range", [] { unbind(zeros({3}), 1); }}}}});
}
