#include "tapegrad/ops/shape/diagonal.hpp"

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

OpRow row(std::string_view name, Tensor (*f)(const Tensor&), const Shape& shape, const Shape& empty,
          const Shape& empty_result) {
  return {.name = name,
          .f = [f](const Tensors& x) { return square(f(x[0])); },
          .inputs = {{shape}},
          .empty_inputs = {empty},
          .empty_result = empty_result};
}

}  // namespace

TEST_CASE("diagonals and triangles have their derivatives", "[ops][table]") {
  OpRow plain =
      row("diagonal", [](const Tensor& x) { return diagonal(x); }, {3, 4, 2}, {0, 4, 2}, {2, 0});
  plain.refuses = {{"diagonal: dims 1 and -1 are the same",
                    [] {
                      diagonal(ones({2, 3}), 0, 1, -1);
                    }},
                   {"diagonal: dim 2 is out of range", [] {
                      diagonal(ones({2, 3}), 0, 0, 2);
                    }}};
  OpRow matrix =
      row("as_strided_scatter", [](const Tensor& x) { return diag(x, -1); }, {3}, {0}, {1, 1});
  matrix.refuses = {{"diag: needs a vector or a matrix: shape [1, 1, 1]", [] {
                       diag(ones({1, 1, 1}));
                     }}};
  OpRow lower =
      row("tril", [](const Tensor& x) { return tril(x, -1); }, {2, 3, 4}, {0, 3, 4}, {0, 3, 4});
  lower.refuses = {{"tril: needs at least two dimensions: shape [3]", [] { tril(ones({3})); }},
                   {"triu: needs at least two dimensions: shape [3]", [] { triu(ones({3})); }}};
  test::check_rows(
      {plain,
       row("diagonal", [](const Tensor& x) { return diagonal(x, -1, 2, 0); }, {3, 2, 4}, {3, 0, 4},
           {0, 3}),
       matrix, row("diagonal", [](const Tensor& x) { return diag(x, 1); }, {3, 4}, {0, 4}, {0}),
       row("as_strided_scatter", [](const Tensor& x) { return diagflat(x); }, {2, 2}, {0, 2},
           {0, 0}),
       lower, row("triu", [](const Tensor& x) { return triu(x, 1); }, {3, 4}, {3, 0}, {3, 0})});
}

TEST_CASE("a diagonal is a view of the elements whose indices differ by k", "[ops][shape]") {
  const Tensor x = arange(12).reshape({3, 4});
  CHECK(diagonal(x).to_vector<std::int64_t>() == Ints{0, 5, 10});
  CHECK(diagonal(x, 1).to_vector<std::int64_t>() == Ints{1, 6, 11});
  CHECK(diagonal(x, 3).to_vector<std::int64_t>() == Ints{3});
  CHECK(diagonal(x, -2).to_vector<std::int64_t>() == Ints{8});
  CHECK(diagonal(x, 1, 1, 0).to_vector<std::int64_t>() == Ints{4, 9});
  CHECK(diagonal(x, 4).shape() == Shape{0});
  CHECK(diagonal(x, -9).shape() == Shape{0});
  CHECK(diagonal(x).shares_storage_with(x));
  CHECK(diagonal(zeros({2, 3, 4}), 0, -1, 0).shape() == Shape{3, 2});
  Tensor y = zeros({2, 2});
  diagonal(y).fill_(3);
  CHECK(y.to_vector<float>() == std::vector<float>{3, 0, 0, 3});
}

TEST_CASE("diag and diagflat make matrices, diag reads them", "[ops][shape]") {
  CHECK(diag(tensor({1, 2})).to_vector<std::int64_t>() == Ints{1, 0, 0, 2});
  CHECK(diag(tensor({1}), 1).to_vector<std::int64_t>() == Ints{0, 1, 0, 0});
  const Tensor x = tensor({{1, 2}, {3, 4}});
  CHECK(diag(x, -1).to_vector<std::int64_t>() == Ints{3});
  CHECK_FALSE(diag(x).shares_storage_with(x));
  CHECK(diagflat(x).select(0, 2).to_vector<std::int64_t>() == Ints{0, 0, 3, 0});
}

TEST_CASE("tril and triu keep one side of a diagonal", "[ops][shape]") {
  const Tensor x = arange(1, 7).reshape({2, 3});
  CHECK(tril(x).to_vector<std::int64_t>() == Ints{1, 0, 0, 4, 5, 0});
  CHECK(tril(x, 1).to_vector<std::int64_t>() == Ints{1, 2, 0, 4, 5, 6});
  CHECK(triu(x).to_vector<std::int64_t>() == Ints{1, 2, 3, 0, 5, 6});
  CHECK(triu(x, -1).to_vector<std::int64_t>() == Ints{1, 2, 3, 4, 5, 6});
  CHECK(triu(x, std::int64_t{1} << 62).to_vector<std::int64_t>() == Ints(6, 0));
  CHECK(tril(x > 0).dtype() == boolean);
  CHECK(tril(ones({2, 2}, {.dtype = uint8})).dtype() == uint8);
}
