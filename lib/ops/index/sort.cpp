#include "tapegrad/ops/index/sort.hpp"

#include <algorithm>
#include <numeric>

#include "autograd/apply.hpp"
#include "kernels/order.hpp"
#include "ops/index/order.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

/// The first `count` places of each line. No derivative: the tape ends here.
struct Argsort {
  static constexpr std::string_view name = "argsort";
  static constexpr bool any_layout = true;
  std::size_t dim;
  std::int64_t count;
  bool descending;
  void each_size(const auto& f) { f(count); }
  void attributes(AttributeList& list) const {
    list("dim", dim);
    list("count", count);
    if (descending) list("descending", true);
  }
  Meta result(const Tensor& x) const {
    Shape shape = x.shape();
    check<IndexError>(count <= (shape.empty() ? 1 : shape[dim]),
                      "argsort: {} places of dimension {} of shape {}", count, dim, shape);
    if (!shape.empty()) shape[dim] = count;
    return {int64, shape};
  }
  void into(const Tensor& y, const Tensor& x) const {
    kernels::order(kernels::ref(y), kernels::ref(x), dim, descending);
  }
};

struct Kth {
  static constexpr std::string_view name = "kthvalue";
  std::size_t dim;
  std::int64_t k;
  void attributes(AttributeList& list) const {
    list("dim", dim);
    list("k", k);
  }
  Meta result(const Tensor& x) const {
    check<IndexError>(k <= (x.shape().empty() ? 1 : x.shape()[dim]),
                      "kthvalue: element {} of dimension {} of shape {}", k, dim, x.shape());
    return {int64, without(x.shape(), dim)};
  }
  void into(const Tensor& y, const Tensor& x) const {
    kernels::index_of_kth(kernels::ref(y), kernels::ref(x), dim, k - 1);
  }
};

/// Integers and booleans as int64, and no part of the tape.
Tensor comparable(const Tensor& x) {
  return is_floating(x.dtype()) ? x.detach() : x.detach().to(int64);
}

std::int64_t length_along(const Tensor& x, std::size_t dim) {
  return x.dim() == 0 ? 1 : x.shape()[dim];
}

/// The first `count` places; all for -1.
Tensor places_in_order(std::string_view operation, const Tensor& x, std::int64_t dim,
                       std::int64_t count, bool descending) {
  const std::size_t d = reduced_dim(operation, x, dim);
  const std::int64_t n = length_along(x, d);
  return apply(Argsort{d, count < 0 ? n : count, descending}, comparable(x));
}

/// Rows in order, as runs of equal ones.
struct Runs {
  Tensor begins;
  /// For each row as it was, the number of its run.
  Tensor inverse;
  Tensor counts;

  Runs(const Tensor& places, const Tensor& rows) {
    const std::int64_t n = rows.size(0);
    begins = ones({n}, {.dtype = boolean});
    if (n > 1) {
      const Tensor differs = any(rows.slice(0, 1) != rows.narrow(0, 0, n - 1), 1);
      begins = cat({ones({1}, {.dtype = boolean}), differs});
    }
    const Tensor numbers = n > 0 ? cumsum(begins, 0) - 1 : zeros({0}, {.dtype = int64});
    inverse = index_add(zeros({n}, {.dtype = int64}), 0, places, numbers);
    counts = bincount(numbers);
  }
};

/// Where the rows of a matrix of int64 stand when they are in order.
Tensor order_of_rows(const Tensor& rows) {
  const std::int64_t n = rows.size(0);
  const std::int64_t m = rows.size(1);
  const Tensor dense = rows.contiguous();
  const auto* first = dense.data<std::int64_t>();
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return std::lexicographical_compare(first + a * m, first + a * m + m, first + b * m,
                                        first + b * m + m);
  });
  return Tensor::from_vector(std::move(order));
}

}  // namespace

Tensor place_of_kth(std::string_view operation, const Tensor& x, std::int64_t k, std::int64_t dim) {
  const std::size_t d = reduced_dim(operation, x, dim);
  const std::int64_t n = length_along(x, d);
  check<ShapeError>(k >= 1 && k <= n, "{}: element {} of {}: shape {}, dim {}", operation, k, n,
                    x.shape(), dim);
  return apply(Kth{d, k}, comparable(x));
}

Extremes taken_along(const Tensor& x, const Tensor& places, std::int64_t dim, Keepdim keep) {
  if (x.dim() == 0) return {x.view(x.shape()), places};
  const Tensor kept = places.unsqueeze(dim);
  const Tensor values = gather(x, dim, kept);
  if (keep == Keepdim::yes) return {values, kept};
  return {values.squeeze(dim), places};
}

Extremes sort(const Tensor& x, AsDim dim, bool descending) {
  check_defined("sort", x, dim, descending);
  const Tensor places = places_in_order("sort", x, dim, -1, descending);
  return {gather(x, dim, places), places};
}

Tensor argsort(const Tensor& x, AsDim dim, bool descending) {
  check_defined("argsort", x, dim, descending);
  return places_in_order("argsort", x, dim, -1, descending);
}

Extremes topk(const Tensor& x, std::int64_t k, AsDim dim, bool largest) {
  check_defined("topk", x, k, dim, largest);
  const std::int64_t n = length_along(x, reduced_dim("topk", x, dim));
  check<ShapeError>(k >= 0 && k <= n, "topk: {} elements of {}: shape {}, dim {}", k, n, x.shape(),
                    dim);
  if (x.dim() == 0 && k == 0) return topk(x.unsqueeze(0), 0, 0, largest);
  const Tensor places = places_in_order("topk", x, dim, k, largest);
  return {gather(x, dim, places), places};
}

Extremes kthvalue(const Tensor& x, std::int64_t k, AsDim dim, Keepdim keep) {
  check_defined("kthvalue", x, k, dim, keep);
  return taken_along(x, place_of_kth("kthvalue", x, k, dim), dim, keep);
}

Unique unique(const Tensor& x) {
  check_defined("unique", x);
  const NoGrad guard;
  const auto [values, places] = sort(x.detach().reshape({x.numel()}), 0);
  const Runs runs(places, values.unsqueeze(1));
  return {masked_select(values, runs.begins), runs.inverse.reshape(x.shape()), runs.counts};
}

Unique unique(const Tensor& x, AsDim dim) {
  check_defined("unique", x, dim);
  const NoGrad guard;
  const std::size_t d = reduced_dim("unique", x, dim);
  if (x.dim() == 0) return unique(x.unsqueeze(0), 0);
  const std::int64_t n = x.shape()[d];
  const Tensor slices = x.detach().movedim({dim}, {0});
  check<ShapeError>(n == 0 || x.numel() > 0, "unique: slices without elements: shape {}, dim {}",
                    x.shape(), dim);
  // In the place of each value its number: integers, of which no two NaNs have the same.
  const Tensor numbers = unique(slices).inverse.reshape({n, n == 0 ? 0 : x.numel() / n});
  const Tensor places = order_of_rows(numbers);
  const Runs runs(places, index_select(numbers, 0, places));
  const Tensor first = masked_select(places, runs.begins);
  return {index_select(x.detach(), dim, first), runs.inverse, runs.counts};
}

}  // namespace tapegrad
