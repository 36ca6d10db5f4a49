#include "tapegrad/ops/index.hpp"

#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

namespace {

Tensor counted(const Shape& shape) { return arange(numel(shape)).reshape(shape); }

Tensor integers(std::vector<std::int64_t> values, const Shape& shape) {
  return Tensor::from_vector(std::move(values), shape);
}

/// As many lines of a [3, 2] index as x has.
Tensor lines_for(const Tensor& x) {
  return integers({2, 0, 1, 1, 0, 2}, {3, 2}).narrow(0, 0, x.size(0));
}

}  // namespace

TEST_CASE("operations on indices have their derivatives", "[ops][table]") {
  const Tensor pick = tensor({2, 0, 2, 1});
  const Tensor x = zeros({2, 3});
  test::check_rows({
      {.name = "index_select",
       .f = [=](const Tensors& v) { return index_select(v[0], 1, pick); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 4},
       .refuses = {{"undefined", [=] { index_select(Tensor(), 0, pick); }},
                   {"index 2 is out of range for a dimension of size 2",
                    [=] { index_select(x, 0, pick); }},
                   {"index -1 is out of range", [=] { index_select(x, 0, tensor({-1})); }},
                   {"dim 2 is out of range", [=] { index_select(x, 2, pick); }},
                   {"integers, got float32", [=] { index_select(x, 0, zeros({2})); }},
                   {"integers, got bool", [=] { index_select(x, 0, tensor({true})); }},
                   {"rank 0 or 1: shape [1, 1]", [=] { index_select(x, 0, tensor({{0}})); }}}},
      {.name = "index_add",
       .f = [=](const Tensors& v) { return index_add(v[0], 1, pick, v[1]); },
       .inputs = {{{2, 3}}, {{2, 4}}},
       .empty_inputs = {{0, 3}, {0, 4}},
       .empty_result = {0, 3},
       .refuses = {{"source of shape [2, 4]: [2, 3]", [=] { index_add(x, 1, pick, x); }},
                   {"int64 can't be added to float32",
                    [=] {
                      index_add(x, 1, pick, zeros({2, 4}, {.dtype = int64}));
                    }},
                   {"out of range",
                    [=] {
                      index_add(x, 0, tensor({0, 2, 0}), zeros({3, 3}));
                    }}}},
      {.name = "gather",
       .f = [](const Tensors& v) { return gather(v[0], 1, lines_for(v[0])); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 2},
       .refuses = {{"index 3 is out of range", [=] { gather(x, 1, tensor({{3}})); }},
                   {"shape [1] doesn't fit shape [2, 3]", [=] { gather(x, 1, tensor({0})); }},
                   {"shape [3, 1] doesn't fit",
                    [=] {
                      gather(x, 1, tensor({{0}, {0}, {0}}));
                    }}}},
      {.name = "scatter_add",
       .f = [](const Tensors& v) { return scatter_add(v[0], 1, lines_for(v[0]), v[1]); },
       .inputs = {{{3, 3}}, {{3, 4}}},
       .empty_inputs = {{0, 3}, {0, 2}},
       .empty_result = {0, 3},
       .refuses = {{"shape [1, 1] has no element for each index of shape [1, 2]",
                    [=] {
                      scatter_add(x, 1, tensor({{0, 1}}), zeros({1, 1}));
                    }},
                   {"out of range", [=] { scatter_add(x, 1, tensor({{7}}), x); }}}},
  });
}

TEST_CASE("integers and slices choose as a loop over positions does", "[ops][index]") {
  const Shape shape{3, 4, 2};
  const Tensor x = counted(shape);
  const Index choices[] = {1,
                           -1,
                           Slice(),
                           Slice(1, std::nullopt),
                           Slice(-2, std::nullopt),
                           Slice(0, 10, 2),
                           Slice(std::nullopt, -1),
                           Slice(5, 1)};
  const auto positions = [](const Index& i, std::int64_t n) {
    Ints chosen;
    if (i.kind == Index::Kind::integer) return Ints{i.at < 0 ? i.at + n : i.at};
    std::int64_t start = i.range.start.value_or(0);
    std::int64_t stop = i.range.stop.value_or(n);
    if (start < 0) start += n;
    if (stop < 0) stop += n;
    for (std::int64_t p = 0; p < n; ++p) {
      if (p >= start && p < stop && (p - start) % i.range.step == 0) chosen.push_back(p);
    }
    return chosen;
  };
  for (const Index& a : choices) {
    for (const Index& b : choices) {
      for (const Index& c : choices) {
        Ints expected;
        Shape sizes;
        for (const auto i : positions(a, 3)) {
          for (const auto j : positions(b, 4)) {
            for (const auto k : positions(c, 2)) expected.push_back(8 * i + 2 * j + k);
          }
        }
        std::size_t d = 0;
        for (const Index& i : {a, b, c}) {
          const std::int64_t n = shape[d++];
          if (i.kind != Index::Kind::slice) continue;
          sizes.push_back(static_cast<std::int64_t>(positions(i, n).size()));
        }
        const Tensor y = x[{a, b, c}];
        REQUIRE(y.to_vector<std::int64_t>() == expected);
        REQUIRE(y.shape() == sizes);
      }
    }
  }
}

TEST_CASE("ellipsis and newaxis stand where NumPy has them", "[ops][index]") {
  const Tensor x = counted({2, 3, 4});
  CHECK(x[{ellipsis, 1}].to_vector<std::int64_t>() == Ints{1, 5, 9, 13, 17, 21});
  CHECK(x[{1, ellipsis, 2}].to_vector<std::int64_t>() == Ints{14, 18, 22});
  CHECK(x[{1, 2, 3, ellipsis}].item<std::int64_t>() == 23);
  CHECK(x[{0, 1}].to_vector<std::int64_t>() == Ints{4, 5, 6, 7});
  CHECK(x[-1][-1][-1].item<std::int64_t>() == 23);
  CHECK(x[{}].shape() == Shape{2, 3, 4});
  CHECK(x[{newaxis}].shape() == Shape{1, 2, 3, 4});
  CHECK(x[{ellipsis, newaxis}].shape() == Shape{2, 3, 4, 1});
  CHECK(x[{0, newaxis, ellipsis, newaxis, 1}].shape() == Shape{1, 3, 1});
  CHECK(x[{newaxis, Slice(1, 2), newaxis, 0, newaxis}].shape() == Shape{1, 1, 1, 1, 4});
  CHECK(zeros({})[{ellipsis}].shape() == Shape{});
  CHECK(zeros({})[{newaxis, ellipsis}].shape() == Shape{1});
  CHECK(zeros({0, 3})[{Slice(0, 5), 1}].shape() == Shape{0});
  // Rank 9 is no step on the way to rank 8.
  const Tensor deep = zeros({1, 1, 1, 1, 1, 1, 1, 2});
  CHECK(deep[{newaxis, 0}].shape() == Shape{1, 1, 1, 1, 1, 1, 1, 2});
}

TEST_CASE("indices that don't fit are refused with the shape", "[ops][index]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH((x[{0, 0, 0}]), "index: 3 indices for the 2 dimensions of shape [2, 3]");
  CHECK_THROWS_WITH((x[{0, 3}]), "index: 3 is out of range for dimension 1 of shape [2, 3]");
  CHECK_THROWS_AS((x[{-3}]), IndexError);
  CHECK_THROWS_WITH((x[{ellipsis, ellipsis}]),
                    "index: 2 ellipses; only one can stand for what is left over");
  CHECK_THROWS_AS((x[{Slice(0, 2, -1)}]), IndexError);
  CHECK_THROWS_AS((x[{Slice(0, 2, 0)}]), IndexError);
  CHECK_THROWS_AS((zeros({})[{0}]), IndexError);
  CHECK_THROWS_AS((zeros({0})[{0}]), IndexError);
  CHECK_THROWS_AS((Tensor()[{0}]), Error);
}

TEST_CASE("brackets give views that the tape follows", "[ops][index]") {
  const Tensor x = zeros({3, 4}, {.dtype = float64, .requires_grad = true});
  const Tensor part = x[{Slice(0, 3, 2), 1}];
  CHECK(part.shares_storage_with(x));
  (part * tensor({2.0, 5.0}, {.dtype = float64})).sum().backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{0, 2, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0});
  Tensor y = zeros({2, 2});
  y[{ellipsis, 0}].fill_(3);
  CHECK(y.to_vector<float>() == std::vector<float>{3, 0, 3, 0});
}

TEST_CASE("index_select takes slices of every dimension and layout", "[ops][index]") {
  const Tensor index = tensor({1, 0, 1});
  for (const Tensor& x : {counted({2, 3, 4}), counted({4, 3, 2}).permute({2, 1, 0}),
                          counted({2, 3, 8}).slice(2, 1, std::nullopt, 2)}) {
    for (std::int64_t dim = 0; dim < 3; ++dim) {
      const Tensor y = index_select(x, dim, index);
      for (std::int64_t j = 0; j < 3; ++j) {
        const std::int64_t from = j == 1 ? 0 : 1;
        CHECK(y.select(dim, j).to_vector<std::int64_t>() ==
              x.select(dim, from).to_vector<std::int64_t>());
      }
    }
  }
  CHECK(index_select(tensor({true, false}), 0, index).to_vector<bool>() ==
        std::vector{false, true, false});
  CHECK(index_select(counted({3, 2}), 0, tensor({}, {.dtype = int64})).shape() == Shape{0, 2});
  CHECK(index_select(counted({3}), -1, tensor({2, 0, 9}).to(uint8).slice(0, 0, 2))
            .to_vector<std::int64_t>() == Ints{2, 0});
  CHECK_THROWS_AS(index_select(zeros({0, 2}), 0, tensor({0})), IndexError);
}

TEST_CASE("index_add adds to a slice as often as it is named", "[ops][index]") {
  const Tensor x = integers({1, 2, 3, 4}, {2, 2});
  const Tensor source = integers({10, 20, 30, 40, 50, 60}, {3, 2});
  const Tensor y = index_add(x, 0, tensor({1, 1, 0}), source);
  CHECK(y.to_vector<std::int64_t>() == Ints{51, 62, 43, 64});
  CHECK(x.to_vector<std::int64_t>() == Ints{1, 2, 3, 4});
  const Tensor z = index_add(x, 1, tensor({1, 1, 0}).to(int32), source.reshape({2, 3}));
  CHECK(z.to_vector<std::int64_t>() == Ints{31, 32, 63, 94});
}

TEST_CASE("gather and scatter_add follow torch's definition element by element", "[ops][index]") {
  const Tensor x = counted({3, 4, 2});
  const Tensor source = counted({2, 3, 2}) + 100;
  const Tensor index = integers({1, 0, 2, 2, 0, 1, 1, 1, 0, 0, 2, 1}, {2, 3, 2});
  for (std::int64_t dim = 0; dim < 3; ++dim) {
    const Tensor in_range = dim == 2 ? clamp_max(index, 1) : index;
    const Tensor taken = gather(x, dim, in_range);
    const Tensor summed = scatter_add(x, dim, in_range, source);
    Ints expected = x.to_vector<std::int64_t>();
    for (std::int64_t i = 0; i < 2; ++i) {
      for (std::int64_t j = 0; j < 3; ++j) {
        for (std::int64_t k = 0; k < 2; ++k) {
          Ints at{i, j, k};
          at[static_cast<std::size_t>(dim)] = in_range[{i, j, k}].item<std::int64_t>();
          CHECK(taken[{i, j, k}].item<std::int64_t>() == 8 * at[0] + 2 * at[1] + at[2]);
          expected[static_cast<std::size_t>(8 * at[0] + 2 * at[1] + at[2])] +=
              100 + 6 * i + 2 * j + k;
        }
      }
    }
    CHECK(summed.to_vector<std::int64_t>() == expected);
  }
}

TEST_CASE("one_hot marks each label in a new last dimension", "[ops][index]") {
  const Tensor y = one_hot(tensor({{0, 2}, {1, 0}}));
  CHECK(y.dtype() == int64);
  CHECK(y.shape() == Shape{2, 2, 3});
  CHECK(y.to_vector<std::int64_t>() == Ints{1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0});
  CHECK(one_hot(tensor(1), 3).to_vector<std::int64_t>() == Ints{0, 1, 0});
  CHECK(one_hot(tensor({2, 0}).to(uint8), 3).to_vector<std::int64_t>() == Ints{0, 0, 1, 1, 0, 0});
  CHECK(one_hot(tensor({{0, 1}, {2, 3}}).t()).to_vector<std::int64_t>() ==
        Ints{1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1});
  CHECK(one_hot(zeros({0}, {.dtype = int64}), 4).shape() == Shape{0, 4});
  CHECK_THROWS_AS(one_hot(tensor({0, 3}), 3), IndexError);
  CHECK_THROWS_AS(one_hot(tensor({0, -1})), IndexError);
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(test::error_of<IndexError>([&] {
          one_hot(tensor({std::int64_t{0}, most}));
        }) == "one_hot: label 9223372036854775807; labels are 0 to 9223372036854775806");
  CHECK_THROWS_AS(one_hot(zeros({2})), DTypeError);
  CHECK_THROWS_AS(one_hot(zeros({0}, {.dtype = int64})), ShapeError);
  CHECK_THROWS_AS(one_hot(tensor({0}), -2), IndexError);
}

TEST_CASE("an index that changes before backward is an error", "[ops][index]") {
  const Tensor x = zeros({3}, {.requires_grad = true});
  Tensor index = tensor({0, 2});
  const Tensor y = index_select(x, 0, index).sum();
  index.add_(tensor({1, 0}));
  CHECK(test::contains(test::error_of<AutogradError>([&] { y.backward(); }), "index_select"));
}
