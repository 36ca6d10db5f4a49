#include "kernels/copy.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {
namespace {

template <class To, class From>
To convert(From x) {
  if constexpr (std::is_same_v<To, bool>) {
    return x != From(0);
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    // The largest integer may round up, to one that is too large itself.
    using Limits = std::numeric_limits<To>;
    if (x >= static_cast<From>(Limits::max())) return Limits::max();
    if (x <= static_cast<From>(Limits::min())) return Limits::min();
    return x != x ? To(0) : static_cast<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

}  // namespace

void copy(Ref out, Ref in) {
  if (out.dtype == in.dtype && out.layout->is_contiguous() && in.layout->is_contiguous()) {
    const std::size_t bytes = static_cast<std::size_t>(out.layout->numel()) * size_of(out.dtype);
    if (bytes > 0) std::memmove(out.data, in.data, bytes);
    return;
  }
  dispatch(out.dtype, [&]<class To>(std::type_identity<To>) {
    dispatch(in.dtype, [&]<class From>(std::type_identity<From>) {
      const auto row = [](const auto& at, const auto& stride, std::int64_t n) {
        auto* to = reinterpret_cast<To*>(at[0]);
        const auto* from = reinterpret_cast<const From*>(at[1]);
        const std::int64_t to_stride = stride[0];
        const std::int64_t from_stride = stride[1];
        for (std::int64_t i = 0; i < n; ++i) to[i * to_stride] = convert<To>(from[i * from_stride]);
      };
      Walk<2>({out, in}).parallel_rows(grain, row);
    });
  });
}

void fill(Ref out, Scalar value, std::string_view operation) {
  dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
    const T v = value.to<T>(operation);
    if (out.layout->is_contiguous()) {
      std::fill_n(out.as<T>(), out.layout->numel(), v);
      return;
    }
    Walk<1>({out}).parallel_rows(grain, [v](const auto& at, const auto& stride, std::int64_t n) {
      auto* to = reinterpret_cast<T*>(at[0]);
      for (std::int64_t i = 0; i < n; ++i) to[i * stride[0]] = v;
    });
  });
}

}  // namespace tapegrad::kernels
