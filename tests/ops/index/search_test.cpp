#include "tapegrad/ops/index/search.hpp"

#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

TEST_CASE("searches have no derivative, weights have one", "[ops][table]") {
  const Tensor numbers = tensor({2, 0, 2});
  test::check_rows({
      {.name = "searchsorted",
       .f = [](const Tensors& v) { return searchsorted(v[0], v[1]); },
       .inputs = {{{3}, 1, 1}, {{2, 4}}},
       .empty_inputs = {{3}, {0, 4}},
       .empty_result = {0, 4},
       .refuses = {{"searchsorted: rows of shape [2, 3] for values of shape [3, 3]",
                    [] {
                      searchsorted(zeros({2, 3}), zeros({3, 3}));
                    }},
                   {"bucketize: boundaries of shape [1, 1]; they are a vector",
                    [] {
                      bucketize(zeros({2}), zeros({1, 1}));
                    }}},
       .differentiable = false},
      {.name = "index_add",
       .f =
           [=](const Tensors& v) {
             return square(
                 bincount(v[0].numel() == 0 ? numbers.narrow(0, 0, 0) : numbers, v[0], 2));
           },
       .inputs = {{{3}}},
       .empty_inputs = {{0}},
       .empty_result = {2},
       .refuses = {{"bincount: -1 is negative",
                    [] {
                      bincount(tensor({1, -1}));
                    }},
                   {"bincount: needs a vector: shape []", [] { bincount(tensor(1)); }},
                   {"bincount: weights of shape [2] for 3 numbers",
                    [=] { bincount(numbers, zeros({2})); }}},
       .never_captured = "there are as many counts as the largest number says"},
  });
}

// The answers are those of torch 2.13, which has none for booleans.
TEST_CASE("isin says which elements are among others", "[ops][search]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto among = [](const Tensor& x, const Tensor& test) {
    return isin(x, test).to_vector<bool>();
  };
  using Bools = std::vector<bool>;
  const Tensor x = tensor({{1.0, nan}, {2.5, 4.0}});
  CHECK(x.isin(tensor({4, 1})).shape() == x.shape());
  CHECK(among(x, tensor({4, 1})) == Bools{true, false, false, true});
  CHECK(among(tensor({1.0, nan}), tensor({nan, 1.0})) == Bools{true, false});
  CHECK(among(tensor(3), tensor({{3}})) == Bools{true});
  CHECK(among(zeros({0}), tensor({3.0})).empty());
  CHECK(among(ones({1}), zeros({0})) == Bools{false});
  CHECK(among(tensor({true, false}), tensor({true})) == Bools{true, false});
  CHECK(among(tensor({5, 1, 7, 3}), tensor({7, 3, 3, 9})) == Bools{false, false, true, true});
  const std::int64_t large = std::int64_t{1} << 53;
  CHECK(among(tensor({large + 1}), tensor({large})) == Bools{false});
  CHECK_FALSE(isin(ones({2}).requires_grad_(), ones({2})).requires_grad());
}

TEST_CASE("searchsorted says where values would stand", "[ops][sort]") {
  const Tensor edges = tensor({1, 3, 3, 7});
  const Tensor values = tensor({{0, 3}, {4, 9}});
  CHECK(searchsorted(edges, values).to_vector<std::int64_t>() == Ints{0, 1, 3, 4});
  CHECK(searchsorted(edges, values, true).to_vector<std::int64_t>() == Ints{0, 3, 3, 4});
  CHECK(bucketize(values, edges, true).to_vector<std::int64_t>() == Ints{0, 3, 3, 4});
  const Tensor rows = tensor({{1, 2}, {3, 4}});
  CHECK(searchsorted(rows, tensor({{2, 5, 0}, {2, 5, 4}})).to_vector<std::int64_t>() ==
        Ints{1, 2, 0, 0, 2, 1});
  CHECK(searchsorted(edges, tensor({2.5})).item<std::int64_t>() == 1);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(searchsorted(edges.to(float64), tensor({nan})).item<std::int64_t>() == 4);
  CHECK(searchsorted(zeros({0}), zeros({2})).to_vector<std::int64_t>() == Ints{0, 0});
}

TEST_CASE("bincount and histc count what falls where", "[ops][sort]") {
  const Tensor x = tensor({1, 3, 1});
  CHECK(bincount(x).to_vector<std::int64_t>() == Ints{0, 2, 0, 1});
  CHECK(bincount(x, 6).to_vector<std::int64_t>() == Ints{0, 2, 0, 1, 0, 0});
  CHECK(bincount(x, tensor({0.5, 1.0, 2.0})).to_vector<double>() ==
        std::vector<double>{0, 2.5, 0, 1});
  const Tensor whole = bincount(x, tensor({7, 8, 9}));  // float64 as in torch.bincount
  CHECK(whole.dtype() == float64);
  CHECK(whole.to_vector<double>() == std::vector<double>{0, 16, 0, 8});
  CHECK(bincount(x.narrow(0, 0, 0)).shape() == Shape{0});
  // As torch.histc.
  const Tensor y = Tensor::from_vector<double>({0, 1, 2, 4, 5, -1});
  CHECK(histc(y, 4, 0, 4).to_vector<double>() == std::vector<double>{1, 1, 1, 1});
  CHECK(histc(y, 2).to_vector<double>() == std::vector<double>{3, 3});
  CHECK(histc(full({3}, 2.0), 2).to_vector<double>() == std::vector<double>{0, 3});
  CHECK(histc(zeros({0}), 2).to_vector<double>() == std::vector<double>{0, 0});
  CHECK_THROWS_AS(histc(y, 0), Error);
  CHECK_THROWS_AS(histc(y, 2, 3, 1), Error);
  CHECK_THROWS_AS(histc(x, 2), DTypeError);
}

TEST_CASE("searchsorted takes a side by name, and rows out of order", "[ops][search]") {
  const Tensor rows = tensor({{5, 1, 3}, {2, 2, 0}});
  const Tensor values = tensor({{3, 4}, {2, 1}});
  const Tensor sorter = argsort(rows);
  CHECK(searchsorted(rows, values, false, sorter).to_vector<std::int64_t>() == Ints{1, 2, 1, 1});
  CHECK(searchsorted(rows, values, "right", sorter).to_vector<std::int64_t>() == Ints{2, 2, 3, 1});
  const Tensor sorted = tensor({1, 2, 2});
  CHECK(searchsorted(sorted, tensor({2}), "left").item<int>() == 1);
  CHECK(searchsorted(sorted, tensor({2}), "right").item<int>() == 3);
  CHECK(test::error_of([&] { searchsorted(sorted, values, "middle"); }) ==
        "searchsorted: there is no side \"middle\"; use \"left\" or \"right\"");
  CHECK(test::error_of([&] { searchsorted(rows, values, false, sorted); }) ==
        "searchsorted: a sorter of shape [3] for rows of shape [2, 3]");
  CHECK(test::error_of([&] { searchsorted(rows, values, false, rows); }) ==
        "searchsorted: index 5 is out of range for a dimension of size 3");
}
