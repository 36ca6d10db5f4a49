// Elements at places, order, and what is counted.
#include "table.hpp"
#include "tapegrad/ops/index.hpp"

using T = const tg::Tensor&;
using Int = std::int64_t;

namespace {

void add_places(Table& t) {
  t.add("__getitem__(input, index)", [](T x, tg::Index i) { return x.index({&i, 1}); });
  t.add("__getitem__(input, index)", [](T x, std::vector<tg::Index> i) { return x.index(i); });
  t.add("index_select(input, dim, index)", tg::index_select);
  t.add("index_add(input, dim, index, source)", tg::index_add);
  t.add("index_copy(input, dim, index, source)", tg::index_copy);
  t.add("index_fill(input, dim, index, value)", tg::index_fill);
  t.add("index_put(input, indices, values, accumulate=False)",
        [](T x, std::vector<tg::Tensor> at, T values, bool adds) {
          return tg::index_put(x, at, values, adds);
        });
  t.add("gather(input, dim, index)", tg::gather);
  t.add("take(input, index)", tg::take);
  t.add("take_along_dim(input, indices, dim)", tg::take_along_dim);
  t.add("scatter(input, dim, index, src)",
        [](T x, Int dim, T index, T source) { return tg::scatter(x, dim, index, source); });
  t.add("scatter(input, dim, index, value)",
        [](T x, Int dim, T index, tg::Scalar v) { return tg::scatter(x, dim, index, v); });
  t.add("scatter(input, dim, index, src, reduce)", [](T x, Int dim, T index, T s, std::string how) {
    return tg::scatter(x, dim, index, s, how);
  });
  t.add("scatter(input, dim, index, value, reduce)",
        [](T x, Int dim, T index, tg::Scalar v, std::string how) {
          return tg::scatter(x, dim, index, v, how);
        });
  t.add("scatter_reduce(input, dim, index, src, reduce, include_self=True)",
        [](T x, Int dim, T index, T s, std::string how, bool include_self) {
          return tg::scatter_reduce(x, dim, index, s, how, include_self);
        });
  t.add("scatter_add(input, dim, index, src)", tg::scatter_add);
  t.add("nn.functional.one_hot(input, num_classes=-1)", tg::one_hot);
}

void add_masks(Table& t) {
  t.add("masked_fill(input, mask, value)", [](T x, T m, T v) { return tg::masked_fill(x, m, v); });
  t.add("masked_fill(input, mask, value)",
        [](T x, T m, tg::Scalar v) { return tg::masked_fill(x, m, v); });
  t.add("masked_select(input, mask)", tg::masked_select);
  t.add("masked_scatter(input, mask, source)", tg::masked_scatter);
  t.add("nonzero(input, as_tuple=False)",
        [](T x, bool columns) { return columns ? tg::where(x) : Tensors{tg::nonzero(x)}; });
  t.add("argwhere(input)", tg::argwhere);
}

void add_order(Table& t) {
  t.add("sort(input, dim=-1, descending=False)", tg::sort);
  t.add("sort(input, dim=-1, descending=False, stable)",
        [](T x, Int dim, bool descending, bool) { return tg::sort(x, dim, descending); });
  t.add("argsort(input, dim=-1, descending=False)", tg::argsort);
  t.add("argsort(input, dim=-1, descending=False, stable)",
        [](T x, Int dim, bool descending, bool) { return tg::argsort(x, dim, descending); });
  t.add("topk(input, k, dim=-1, largest=True, sorted=True)",
        [](T x, Int k, Int dim, bool largest, bool) { return tg::topk(x, k, dim, largest); });
  t.add("kthvalue(input, k, dim=-1, keepdim=False)", tg::kthvalue);
  t.add("unique(input, sorted=True, return_inverse, return_counts, dim=None)",
        [](T x, bool, bool inverse, bool counts, std::optional<Int> dim) {
          const tg::Unique found = dim ? tg::unique(x, *dim) : tg::unique(x);
          Tensors results = {found.values};
          if (inverse) results.push_back(found.inverse);
          if (counts) results.push_back(found.counts);
          return results;
        });
  t.add("searchsorted(input, values, out_int32=False, right=False, sorter=None)",
        [](T rows, T values, bool narrow, bool right, T sorter) {
          if (narrow) throw Unfit("places are int64");
          return sorter.defined() ? tg::searchsorted(rows, values, right, sorter)
                                  : tg::searchsorted(rows, values, right);
        });
  t.add("searchsorted(input, values, out_int32=False, right=False, side, sorter=None)",
        [](T rows, T values, bool narrow, bool right, std::string side, T sorter) {
          if (narrow || (right && side == "left")) throw Unfit("places are int64, of one side");
          return sorter.defined() ? tg::searchsorted(rows, values, side.c_str(), sorter)
                                  : tg::searchsorted(rows, values, side.c_str());
        });
  t.add("bucketize(input, boundaries, out_int32=False, right=False)",
        [](T x, T boundaries, bool narrow, bool right) {
          if (narrow) throw Unfit("places are int64");
          return tg::bucketize(x, boundaries, right);
        });
  t.add("isin(input, test_elements)", tg::isin);
  t.add("bincount(input, weights, minlength=0)", [](T x, T weights, Int least) {
    return weights.defined() ? tg::bincount(x, weights, least) : tg::bincount(x, least);
  });
  t.add("histc(input, bins=100, min=0.0, max=0.0)", tg::histc);
}

}  // namespace

void add_indexing(Table& table) {
  add_places(table);
  add_masks(table);
  add_order(table);
}
