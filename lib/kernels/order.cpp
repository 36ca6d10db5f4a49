#include "kernels/order.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "core/dispatch.hpp"
#include "kernels/lines.hpp"
#include "kernels/radix.hpp"

namespace tapegrad::kernels {
namespace {

template <class F>
void dispatch_ordered(DType dtype, const F& f) {
  if (dtype == DType::int64) return f(std::type_identity<std::int64_t>{});
  dispatch_known_floating(dtype, f);
}

template <class T>
struct Item {
  T value;
  std::int64_t index;
};

/// NaN is larger than every number.
template <class T>
bool less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return a == a;
  }
  return a < b;
}

/// In which order elements come; equal ones by their places.
template <class T>
struct Before {
  bool descending;
  bool operator()(const Item<T>& a, const Item<T>& b) const {
    const T x = descending ? b.value : a.value;
    const T y = descending ? a.value : b.value;
    if (x < y) return true;
    if (y < x) return false;
    const bool nan_x = x != x;
    const bool nan_y = y != y;
    return nan_x == nan_y ? a.index < b.index : nan_y;
  }
};

template <class T>
Item<T>* items_of(Tile<Item<T>>& tile, const T* x, std::int64_t stride, std::int64_t n) {
  Item<T>* items = tile.line(0);
  for (std::int64_t i = 0; i < n; ++i) items[i] = {x[i * stride], i};
  return items;
}

}  // namespace

void order(Ref out, Ref in, std::size_t dim, bool descending) {
  if (out.layout->numel() == 0) return;
  const Along to(*out.layout, dim);
  const Along from(*in.layout, dim);
  const std::int64_t n = from.n;
  const bool by_digits =
      to.n == n && n >= least_by_digits && n <= std::numeric_limits<std::uint32_t>::max();
  dispatch_ordered(in.dtype, [&]<class T>(std::type_identity<T>) {
    const Before<T> before{descending};
    const auto rows = [&](const auto& at, const auto& stride, std::int64_t count) {
      Tile<Item<T>> tile(by_digits ? 0 : n, 1);
      for (std::int64_t i = 0; i < count; ++i) {
        const T* x = reinterpret_cast<const T*>(at[1]) + i * stride[1];
        std::int64_t* y = reinterpret_cast<std::int64_t*>(at[0]) + i * stride[0];
        if (by_digits) {
          order_by_digits(x, from.stride, n, descending, y, to.stride);
          continue;
        }
        Item<T>* items = items_of(tile, x, from.stride, n);
        if (to.n < n / 16) {  // most elements are compared with the last of those, and stay
          std::partial_sort(items, items + to.n, items + n, before);
        } else {
          if (to.n < n) std::nth_element(items, items + to.n, items + n, before);
          std::sort(items, items + to.n, before);
        }
        for (std::int64_t j = 0; j < to.n; ++j) y[j * to.stride] = items[j].index;
      }
    };
    Walk<2>({with_layout(out, to.others), with_layout(in, from.others)})
        .parallel_rows(std::max<std::int64_t>(1, grain / (8 * n)), rows);
  });
}

void index_of_kth(Ref out, Ref in, std::size_t dim, std::int64_t k) {
  if (in.layout->numel() == 0) return;
  const Along from(*in.layout, dim);
  const Layout to(from.others.shape());
  const std::int64_t n = from.n;
  dispatch_ordered(in.dtype, [&]<class T>(std::type_identity<T>) {
    const auto rows = [&](const auto& at, const auto& stride, std::int64_t count) {
      Tile<Item<T>> tile(n, 1);
      for (std::int64_t i = 0; i < count; ++i) {
        const T* x = reinterpret_cast<const T*>(at[1]) + i * stride[1];
        Item<T>* items = items_of(tile, x, from.stride, n);
        std::nth_element(items, items + k, items + n, Before<T>{false});
        reinterpret_cast<std::int64_t*>(at[0])[i * stride[0]] = items[k].index;
      }
    };
    Walk<2>({with_layout(out, to), with_layout(in, from.others)})
        .parallel_rows(std::max<std::int64_t>(1, grain / (4 * n)), rows);
  });
}

std::int64_t count_true(Ref in) {
  std::int64_t count = 0;
  Walk<1>({in}).rows([&](const auto& at, const auto& stride, std::int64_t n) {
    const auto* holds = reinterpret_cast<const std::uint8_t*>(at[0]);
    if (stride[0] == 1) {
      for (std::int64_t i = 0; i < n; ++i) count += holds[i];
      return;
    }
    for (std::int64_t i = 0; i < n; ++i) count += holds[i * stride[0]];
  });
  return count;
}

// Each place is written, and stays where it holds: a branch would be foretold wrongly too often.
void places_of_true(Ref out, Ref in) {
  auto* next = out.as<std::int64_t>();
  const auto* const end = next + out.layout->numel();
  std::int64_t first = 0;
  Walk<1>({in}).rows([&](const auto& at, const auto& stride, std::int64_t n) {
    const auto* holds = reinterpret_cast<const std::uint8_t*>(at[0]);
    for (std::int64_t i = 0; i < n && next != end; ++i) {
      *next = first + i;
      next += holds[i * stride[0]];
    }
    first += n;
  });
}

void places_in_order(Ref out, Ref sorted, Ref values, std::int64_t length, bool right) {
  const std::int64_t count = values.layout->numel();
  const std::int64_t rows = length == 0 ? 1 : sorted.layout->numel() / length;
  if (count == 0) return;
  const std::int64_t in_row = count / rows;
  dispatch_ordered(values.dtype, [&]<class T>(std::type_identity<T>) {
    const auto comes_before = [right](T element, T value) {
      return right ? !less(value, element) : less(element, value);
    };
    parallel_for(
        count, std::max<std::int64_t>(1, grain / 8), [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) {
            const T* row = sorted.as<const T>() + i / in_row * length;
            const T value = values.as<const T>()[i];
            out.as<std::int64_t>()[i] =
                std::partition_point(row, row + length,
                                     [&](T element) { return comes_before(element, value); }) -
                row;
          }
        });
  });
}

}  // namespace tapegrad::kernels
