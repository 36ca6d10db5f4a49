#include "kernels/rows.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "core/dispatch.hpp"
#include "kernels/parallel.hpp"

namespace tapegrad::kernels {
namespace {

struct Named {
  std::int64_t row;
  std::int64_t place;
};

constexpr int digit_bits = 8;

/// One pass of a radix sort, which leaves equal digits in their order.
/// Source: Knuth, "The Art of Computer Programming", volume 3, section 5.2.5.
void distribute(const std::vector<Named>& from, std::vector<Named>& to, int shift) {
  std::array<std::size_t, std::size_t{1} << digit_bits> begin{};
  const auto digit = [shift](const Named& x) {
    return static_cast<std::size_t>(x.row >> shift) & ((std::size_t{1} << digit_bits) - 1);
  };
  for (const Named& x : from) ++begin[digit(x)];
  std::size_t sum = 0;
  for (std::size_t& b : begin) sum += std::exchange(b, sum);
  for (const Named& x : from) to[begin[digit(x)]++] = x;
}

std::vector<Named> sorted(Ref index, std::int64_t count, std::int64_t left_out) {
  const auto* at = index.as<const std::int64_t>();
  const std::int64_t n = index.layout->numel();
  const std::int64_t step = index.layout->strides()[0];
  std::vector<Named> named;
  named.reserve(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) {
    if (at[i * step] != left_out) named.push_back({at[i * step], i});
  }
  std::vector<Named> other(named.size());
  const int bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count)));
  for (int shift = 0; shift < bits; shift += digit_bits) {
    distribute(named, other, shift);
    named.swap(other);
  }
  return named;
}

}  // namespace

RowGroups grouped(Ref index, std::int64_t count, std::int64_t left_out) {
  const std::vector<Named> named = sorted(index, count, left_out);
  RowGroups groups;
  groups.places.reserve(named.size());
  for (const Named& x : named) {
    if (groups.rows.empty() || groups.rows.back() != x.row) {
      groups.rows.push_back(x.row);
      groups.begins.push_back(static_cast<std::int64_t>(groups.places.size()));
    }
    groups.places.push_back(x.place);
  }
  groups.begins.push_back(static_cast<std::int64_t>(groups.places.size()));
  return groups;
}

// The first is added to 0, as it is in a dense gradient, where -0 becomes 0.
void sum_groups(Ref out, Ref in, const RowGroups& groups) {
  const std::int64_t width = out.layout->shape()[1];
  const Strides strides = in.layout->strides();
  dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      T* const y = out.as<T>();
      const T* const x = in.as<const T>();
      const auto add = [&](std::size_t k) {
        T* const sum = y + static_cast<std::int64_t>(k) * width;
        std::fill(sum, sum + width, T(0));
        for (std::int64_t i = groups.begins[k]; i < groups.begins[k + 1]; ++i) {
          const T* const part = x + groups.places[static_cast<std::size_t>(i)] * strides[0];
          if (strides[1] == 1) {
            for (std::int64_t j = 0; j < width; ++j) sum[j] += part[j];
          } else {
            for (std::int64_t j = 0; j < width; ++j) sum[j] += part[j * strides[1]];
          }
        }
      };
      parallel_for(static_cast<std::int64_t>(groups.rows.size()),
                   std::max<std::int64_t>(1, grain / std::max<std::int64_t>(1, width)),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t k = begin; k < end; ++k) add(static_cast<std::size_t>(k));
                   });
    }
  });
}

}  // namespace tapegrad::kernels
