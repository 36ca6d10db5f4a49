#include "tapegrad/ops/index/search.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "autograd/apply.hpp"
#include "autograd/captured.hpp"
#include "core/speaking.hpp"
#include "kernels/order.hpp"
#include "ops/floating.hpp"
#include "ops/index/indices.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

/// No derivative: the tape ends here.
struct Searchsorted {
  static constexpr std::string_view name = "searchsorted";
  bool right;
  void attributes(AttributeList& list) const { list("right", right); }
  Meta result(const Tensor&, const Tensor& values) const { return {int64, values.shape()}; }
  void into(const Tensor& out, const Tensor& sorted, const Tensor& values) const {
    const DType meeting = result_type(sorted, values);
    const DType dtype = is_floating(meeting) ? meeting : int64;
    const Tensor rows = sorted.to(dtype).contiguous();
    const Tensor wanted = values.to(dtype).contiguous();
    kernels::places_in_order(kernels::ref(out), kernels::ref(rows), kernels::ref(wanted),
                             rows.size(-1), right);
  }
};

bool is_right(std::string_view side) {
  check<Error>(side == "left" || side == "right",
               "searchsorted: there is no side \"{}\"; use \"left\" or \"right\"", side);
  return side == "right";
}

/// Of a tensor without gaps; throws Error in a capture.
template <class T>
std::span<const T> elements_of(std::string_view operation, const Tensor& x) {
  check_readable(operation, x);
  return {kernels::ref(x).as<const T>(), static_cast<std::size_t>(x.numel())};
}

/// What bincount() counts, row by row, and how many numbers there may be.
struct Countable {
  Tensor indices;
  std::int64_t numbers;
};

Countable countable(const Tensor& x, std::int64_t minlength) {
  check<ShapeError>(x.dim() == 1, "bincount: needs a vector: shape {}", x.shape());
  check<ShapeError>(minlength >= 0, "bincount: a length of {}", minlength);
  const Tensor indices = integers_of("bincount", x).contiguous();
  std::uint64_t largest = 0;  // negative ones are larger than all others
  for (const std::int64_t number : elements_of<std::int64_t>("bincount", indices)) {
    largest = std::max(largest, static_cast<std::uint64_t>(number));
  }
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  check<IndexError>(largest < most, "bincount: {} is {}", static_cast<std::int64_t>(largest),
                    largest == most ? "too large" : "negative");
  return {indices,
          x.numel() == 0 ? minlength : std::max(minlength, static_cast<std::int64_t>(largest) + 1)};
}

}  // namespace

Tensor searchsorted(const Tensor& sorted, const Tensor& values, bool right) {
  check_defined("searchsorted", sorted, values, right);
  bool fits = sorted.dim() == 1 || (sorted.dim() > 1 && sorted.dim() == values.dim());
  for (std::int64_t d = 0; fits && sorted.dim() > 1 && d + 1 < sorted.dim(); ++d) {
    fits = sorted.size(d) == values.size(d);
  }
  check<ShapeError>(fits,
                    "searchsorted: rows of shape {} for values of shape {}; one row, or the same "
                    "dimensions but for the last",
                    sorted.shape(), values.shape());
  return apply(Searchsorted{right}, sorted, values);
}

Tensor searchsorted(const Tensor& sorted, const Tensor& values, const char* side) {
  check_defined("searchsorted", sorted, values, side);
  return searchsorted(sorted, values, is_right(side));
}

Tensor searchsorted(const Tensor& rows, const Tensor& values, bool right, const Tensor& sorter) {
  check_defined("searchsorted", rows, values, right, sorter);
  check<ShapeError>(sorter.shape() == rows.shape(),
                    "searchsorted: a sorter of shape {} for rows of shape {}", sorter.shape(),
                    rows.shape());
  check<ShapeError>(rows.dim() > 0, "searchsorted: rows of shape {}; they need a dimension",
                    rows.shape());
  const Tensor places = checked_indices("searchsorted", sorter, rows, rows.shape().size() - 1);
  return searchsorted(gather(rows, -1, places), values, right);
}

Tensor searchsorted(const Tensor& rows, const Tensor& values, const char* side,
                    const Tensor& sorter) {
  check_defined("searchsorted", rows, values, side, sorter);
  return searchsorted(rows, values, is_right(side), sorter);
}

Tensor bucketize(const Tensor& x, const Tensor& boundaries, bool right) {
  check_defined("bucketize", x, boundaries, right);
  check<ShapeError>(boundaries.dim() == 1, "bucketize: boundaries of shape {}; they are a vector",
                    boundaries.shape());
  return searchsorted(boundaries, x, right);
}

Tensor isin(const Tensor& x, const Tensor& test) {
  check_defined("isin", x, test);
  return speaking_as("isin", [&] {
    const DType meeting = promote(x.dtype(), test.dtype());
    const DType dtype = meeting == boolean ? uint8 : meeting;
    const Tensor wanted = x.detach().to(dtype);
    if (test.numel() == 0) return zeros(x.shape(), {.dtype = boolean});
    const Tensor row = sort(test.detach().to(dtype).reshape({-1})).values;
    const Tensor places = clamp(searchsorted(row, wanted), 0, row.numel() - 1);
    return index_select(row, 0, places.reshape({-1})).reshape(x.shape()) == wanted;
  });
}

Tensor bincount(const Tensor& x, std::int64_t minlength) {
  check_defined("bincount", x, minlength);
  return speaking_as("bincount", [&] {
    const auto [indices, n] = countable(x, minlength);
    Tensor counts = zeros({n}, {.dtype = int64});
    auto* count = kernels::ref(counts).as<std::int64_t>();
    for (const std::int64_t number : elements_of<std::int64_t>("bincount", indices))
      ++count[number];
    return counts;
  });
}

Tensor bincount(const Tensor& x, const Tensor& weights, std::int64_t minlength) {
  check_defined("bincount", x, weights, minlength);
  return speaking_as("bincount", [&] {
    check<ShapeError>(weights.shape() == x.shape(), "bincount: weights of shape {} for {} numbers",
                      weights.shape(), x.numel());
    const Tensor counts = is_floating(weights.dtype()) ? weights : weights.to(float64);
    const auto [indices, n] = countable(x, minlength);
    return index_add(zeros({n}, {.dtype = counts.dtype()}), 0, indices, counts);
  });
}

Tensor histc(const Tensor& x, std::int64_t bins, double low, double high) {
  check_floating("histc", x);
  check<Error>(bins > 0, "histc: {} bins", bins);
  check<Error>(low <= high, "histc: the range from {} to {}", low, high);
  const Tensor line = x.detach().to(float64).contiguous();
  const std::span<const double> elements = elements_of<double>("histc", line);
  if (low == high && line.numel() > 0) {
    low = min(line).item<double>();
    high = max(line).item<double>();
  }
  check<Error>(std::isfinite(low) && std::isfinite(high), "histc: the range from {} to {}", low,
               high);
  if (low == high) {  // all elements are equal: PyTorch widens the range by 1
    low -= 1;
    high += 1;
  }
  Tensor counts = speaking_as("histc", [&] { return zeros({bins}, {.dtype = int64}); });
  auto* count = kernels::ref(counts).as<std::int64_t>();
  const auto all = static_cast<double>(bins);
  for (const double v : elements) {
    if (!(v >= low && v <= high)) continue;
    const double bin = (v - low) * all / (high - low);
    ++count[bin >= all ? bins - 1 : bin > 0 ? static_cast<std::int64_t>(bin) : 0];
  }
  return counts.to(x.dtype());
}

}  // namespace tapegrad
