#include "tapegrad/ops/index/put.hpp"

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

TEST_CASE("putting and taking at places have their derivatives", "[ops][table]") {
  const Tensor pick = tensor({2, 0});
  const Tensor x = zeros({3, 2});
  test::check_rows({
      {.name = "index_copy",
       .f = [=](const Tensors& v) { return square(index_copy(v[0], 1, pick, v[1])); },
       .inputs = {{{2, 3, 2}}, {{2, 2, 2}}},
       .empty_inputs = {{0, 3, 2}, {0, 2, 2}},
       .empty_result = {0, 3, 2},
       .refuses =
           {{"index_copy: index 3 is out of range for a dimension of size 3",
             [=] {
               index_copy(x, 0, pick + 1, zeros({2, 2}));
             }},
            {"index_copy: 2 slices along dim 0 of shape [3, 2] need a source of shape [2, 2]",
             [=] { index_copy(x, 0, pick, zeros({2})); }},
            {"index_copy: int64 into float32",
             [=] {
               index_copy(x, 0, pick, zeros({2, 2}, {.dtype = int64}));
             }}}},
      {.name = "index_copy",
       .f = [=](const Tensors& v) { return square(index_fill(v[0], 0, pick, 2)); },
       .inputs = {{{3, 2}}},
       .empty_inputs = {{3, 0}},
       .empty_result = {3, 0}},
      {.name = "index_copy",
       .f =
           [=](const Tensors& v) {
             return square(index_put(v[0], {pick, tensor({{1}, {0}})}, v[1]));
           },
       .inputs = {{{3, 2, 2}}, {{2, 2}}},
       .empty_inputs = {{3, 2, 0}, {2, 0}},
       .empty_result = {3, 2, 0},
       .refuses = {{"index_put: index -4 is out of range for dimension 0 of shape [3, 2]",
                    [=] { index_put(x, {tensor({-4})}, zeros({1})); }},
                   {"index_put: more indices than shape [3, 2] has dimensions",
                    [=] {
                      index_put(x, {pick, pick, pick}, zeros({1}));
                    }},
                   {"index_put: values of shape [3] don't broadcast to the [2, 2]",
                    [=] { index_put(x, {pick}, zeros({3})); }},
                   {"index_put: the list has no index", [=] { index_put(x, {}, zeros({3})); }}}},
      {.name = "index_add",
       .f =
           [](const Tensors& v) {
             return square(index_put(v[0], {tensor({1, 1, -1})}, v[1], true));
           },
       .inputs = {{{3, 2}}, {{3, 2}}},
       .empty_inputs = {{3, 0}, {3, 0}},
       .empty_result = {3, 0}},
      {.name = "index_select",
       .f =
           [](const Tensors& v) {
             return square(take(v[0], tensor({{0, -1}, {3, 0}})));
           },
       .inputs = {{{2, 3}}},
       .never_empty = "nothing can be taken of nothing",
       .refuses = {{"take: index 6 is out of range", [=] { take(x, tensor({6})); }},
                   {"take: the index is bool; use masked_select()", [=] { take(x, x > 0); }}}},
      {.name = "gather",
       .f =
           [](const Tensors& v) {
             return square(take_along_dim(v[0], tensor({{-1, 0}}), 1));
           },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 2},
       .refuses = {{"take_along_dim: an index of shape [2] for shape [3, 2]",
                    [=] { take_along_dim(x, pick, 0); }}}},
  });
}

TEST_CASE("values are put where indices say", "[ops][index]") {
  const Tensor x = zeros({2, 3}, {.dtype = int64});
  CHECK(index_put(x, {tensor({0, 1}), tensor({2, 0})}, tensor({7, 8})).to_vector<std::int64_t>() ==
        Ints{0, 0, 7, 8, 0, 0});
  CHECK(index_put(x, {tensor({1})}, tensor({1, 2, 3})).to_vector<std::int64_t>() ==
        Ints{0, 0, 0, 1, 2, 3});
  CHECK(index_put(x, {tensor({0, 0, 0}), tensor({1, 1, -1})}, tensor(5), true)
            .to_vector<std::int64_t>() == Ints{0, 10, 5, 0, 0, 0});
  CHECK(index_put(x, {x == 0}, tensor(1)).to_vector<std::int64_t>() == Ints(6, 1));
  CHECK(index_copy(x, 1, tensor({2, 0}), tensor({{1, 2}, {3, 4}})).to_vector<std::int64_t>() ==
        Ints{2, 0, 1, 4, 0, 3});
  CHECK(index_copy(tensor({0}), 0, tensor({0, 0}), tensor({1, 2})).item<std::int64_t>() == 2);
  CHECK(index_fill(x, 0, tensor(1), 4).to_vector<std::int64_t>() == Ints{0, 0, 0, 4, 4, 4});
  CHECK(index_fill(tensor(1.5), 0, tensor(0), 4).item<float>() == 4);
  CHECK(index_fill(zeros({3}), 0, tensor({0, -1}), 5).to_vector<float>() ==
        std::vector<float>{5, 0, 5});
  CHECK_THROWS_AS(index_fill(zeros({3}), 0, tensor({-4}), 5), IndexError);
  CHECK_THROWS_AS(index_fill(x, 0, tensor(1), 1e300), DTypeError);
}

TEST_CASE("elements are taken where indices say", "[ops][index]") {
  const Tensor x = tensor({{4, 3, 5}, {6, 7, 8}});
  CHECK(take(x, tensor({0, 2, -1})).to_vector<std::int64_t>() == Ints{4, 5, 8});
  CHECK(take(x.t(), tensor(1)).item<std::int64_t>() == 6);
  CHECK(take_along_dim(x, argsort(x, 1), 1).to_vector<std::int64_t>() == Ints{3, 4, 5, 6, 7, 8});
  CHECK(take_along_dim(x, tensor({{2}, {0}}), 1).to_vector<std::int64_t>() == Ints{5, 6});
  CHECK(take_along_dim(x, tensor({{-1}}), 0).to_vector<std::int64_t>() == Ints{6, 7, 8});
}
