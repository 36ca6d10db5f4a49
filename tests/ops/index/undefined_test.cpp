// Operations of indices refuse an undefined tensor in their own names: see
// tests/ops/undefined_test.cpp.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("operations of indices say which of their arguments is undefined", "[undefined]") {
  const Tensor none;
  const Tensor x = ones({2, 3});
  const Tensor at = tensor({0, 1});
  const Tensor mask = tensor({true, false, true});
  test::check_undefined({
      {"index", 0, [&] { none[at]; }},
      {"index", 1, [&] { x[none]; }},
      {"masked_fill", 1, [&] { masked_fill(none, mask, 0); }},
      {"masked_fill", 2, [&] { masked_fill(x, none, 0); }},
      {"masked_fill", 1, [&] { masked_fill(none, mask, x); }},
      {"masked_fill", 2, [&] { masked_fill(x, none, x); }},
      {"masked_fill", 3, [&] { masked_fill(x, mask, none); }},
      {"masked_fill_", 0, [&] { Tensor().masked_fill_(mask, 0); }},
      {"masked_fill_", 1, [&] { Tensor(x).masked_fill_(none, 0); }},
      {"masked_select", 1, [&] { masked_select(none, mask); }},
      {"masked_select", 2, [&] { masked_select(x, none); }},
      {"masked_scatter", 1, [&] { masked_scatter(none, mask, x); }},
      {"masked_scatter", 2, [&] { masked_scatter(x, none, x); }},
      {"masked_scatter", 3, [&] { masked_scatter(x, mask, none); }},
      {"nonzero", 1, [&] { nonzero(none); }},
      {"argwhere", 1, [&] { argwhere(none); }},
      {"where", 1, [&] { where(none); }},
      {"where", 0, [&] { none.where(mask, x); }},
      {"where", 0, [&] { none.where(mask, 0); }},
      {"where", 1, [&] { x.where(none, x); }},
      {"where", 2, [&] { x.where(mask, none); }},
      {"embedding", 1, [&] { nn::embedding(none, x); }},
      {"embedding", 2, [&] { nn::embedding(at, none, {.sparse = true}); }},
      {"embedding_bag", 1, [&] { nn::embedding_bag(none, x, at); }},
      {"embedding_bag", 1, [&] { nn::embedding_bag(none, x); }},
      {"embedding_bag", 2, [&] { nn::embedding_bag(at, none, at); }},
      {"embedding_bag", 3, [&] { nn::embedding_bag(at, x, none); }},
      {"sort", 1, [&] { sort(none); }},
      {"argsort", 1, [&] { argsort(none); }},
      {"topk", 1, [&] { topk(none, 1); }},
      {"kthvalue", 1, [&] { kthvalue(none, 1); }},
      {"scatter", 1, [&] { scatter(none, 0, at, x); }},
      {"scatter", 3, [&] { scatter(x, 0, none, x); }},
      {"scatter", 4, [&] { scatter(x, 0, at, none); }},
      {"scatter", 1, [&] { scatter(none, 0, at, 0); }},
      {"scatter", 3, [&] { scatter(x, 0, none, 0); }},
      {"scatter", 1, [&] { scatter(none, 0, at, x, "add"); }},
      {"scatter", 1, [&] { scatter(none, 0, at, 0, "add"); }},
      {"scatter_reduce", 1, [&] { scatter_reduce(none, 0, at, x, "sum"); }},
      {"scatter_reduce", 3, [&] { scatter_reduce(x, 0, none, x, "sum"); }},
      {"scatter_reduce", 4, [&] { scatter_reduce(x, 0, at, none, "sum"); }},
      {"nanmedian", 1, [&] { nanmedian(none); }},
      {"nanmedian", 1, [&] { nanmedian(none, 0); }},
      {"quantile", 2, [&] { quantile(x, none); }},
      {"nanquantile", 1, [&] { nanquantile(none, 0.5); }},
      {"nanquantile", 1, [&] { nanquantile(none, x); }},
      {"nanquantile", 2, [&] { nanquantile(x, none); }},
      {"searchsorted", 1, [&] { searchsorted(none, x, "left"); }},
      {"searchsorted", 1, [&] { searchsorted(none, x, false, at); }},
      {"searchsorted", 4, [&] { searchsorted(at, x, false, none); }},
      {"unique", 1, [&] { unique(none, 0); }},
      {"median", 1, [&] { median(none); }},
      {"median", 1, [&] { median(none, 0); }},
      {"quantile", 1, [&] { quantile(none, 0.5); }},
      {"quantile", 1, [&] { quantile(none, 0.5, 0); }},
      {"searchsorted", 1, [&] { searchsorted(none, x); }},
      {"searchsorted", 2, [&] { searchsorted(at, none); }},
      {"bucketize", 1, [&] { bucketize(none, at); }},
      {"bucketize", 2, [&] { bucketize(x, none); }},
      {"bincount", 1, [&] { bincount(none); }},
      {"bincount", 1, [&] { bincount(none, at); }},
      {"bincount", 2, [&] { bincount(at, none); }},
      {"histc", 1, [&] { histc(none); }},
      {"unique", 1, [&] { unique(none); }},
      {"index_copy", 1, [&] { index_copy(none, 0, at, x); }},
      {"index_copy", 3, [&] { index_copy(x, 0, none, x); }},
      {"index_copy", 4, [&] { index_copy(x, 0, at, none); }},
      {"index_fill", 1, [&] { index_fill(none, 0, at, 0); }},
      {"index_fill", 3, [&] { index_fill(x, 0, none, 0); }},
      {"index_put", 1, [&] { index_put(none, {at}, x); }},
      {"index_put", 3, [&] { index_put(x, {at}, none); }},
      {"take", 1, [&] { take(none, at); }},
      {"take", 2, [&] { take(x, none); }},
      {"take_along_dim", 1, [&] { take_along_dim(none, at, 0); }},
      {"take_along_dim", 2, [&] { take_along_dim(x, none, 0); }},
  });
}

TEST_CASE("index_put says where in its list a tensor is undefined", "[undefined]") {
  const Tensor x = ones({2, 3});
  const std::vector<test::UndefinedRow> rows{
      {"index_put", 2,
       [&] {
         index_put(x, {tensor({0}), Tensor()}, x);
       }},
  };
  for (const test::UndefinedRow& row : rows) {
    CHECK(test::error_of(row.call) ==
          row.name + ": argument 2 holds an undefined tensor at 1: " + test::how_undefined);
  }
}
