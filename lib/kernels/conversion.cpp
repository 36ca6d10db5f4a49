#include "kernels/conversion.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "core/dispatch.hpp"

namespace tapegrad::kernels {
namespace {

template <class To, class From>
To converted(From x) {
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

template <class To, class From>
void convert_row(std::byte* to, const std::byte* from, std::int64_t n) {
  auto* const y = reinterpret_cast<To*>(to);
  const auto* const x = reinterpret_cast<const From*>(from);
  for (std::int64_t i = 0; i < n; ++i) y[i] = converted<To>(x[i]);
}

template <class T>
void move_row(std::byte* to, std::int64_t to_step, const std::byte* from, std::int64_t from_step,
              std::int64_t n) {
  auto* const y = reinterpret_cast<T*>(to);
  const auto* const x = reinterpret_cast<const T*>(from);
  if (to_step == 1 && from_step == 1) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = x[i];
  } else if (to_step == 1 && from_step == 0) {
    std::fill_n(y, n, *x);
  } else if (to_step == 1 && from_step == -1) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = x[-i];
  } else if (to_step == 1) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = x[i * from_step];
  } else if (from_step == 1) {
    for (std::int64_t i = 0; i < n; ++i) y[i * to_step] = x[i];
  } else {
    for (std::int64_t i = 0; i < n; ++i) y[i * to_step] = x[i * from_step];
  }
}

}  // namespace

Conversion::Conversion(DType to, DType from)
    : to_size_(static_cast<std::int64_t>(size_of(to))),
      from_size_(static_cast<std::int64_t>(size_of(from))) {
  const auto move = []<class T>(std::type_identity<T>) -> Move { return move_row<T>; };
  move_in_ = dispatch_size(from, move);
  move_out_ = dispatch_size(to, move);
  if (to == from) return;
  convert_ = dispatch(to, [&]<class To>(std::type_identity<To>) {
    return dispatch(from, []<class From>(std::type_identity<From>) -> Convert {
      if constexpr (std::is_same_v<To, From>) {
        return nullptr;
      } else {
        return convert_row<To, From>;
      }
    });
  });
}

void Conversion::operator()(std::byte* to, std::int64_t to_step, const std::byte* from,
                            std::int64_t from_step, std::int64_t n) const {
  if (!convert_) return move_in_(to, to_step, from, from_step, n);
  if (to_step == 1 && from_step == 1) return convert_(to, from, n);
  constexpr std::int64_t most = 256;
  alignas(64) std::byte taken[most * sizeof(double)];
  alignas(64) std::byte made[most * sizeof(double)];
  for (std::int64_t i = 0; i < n; i += most) {
    const std::int64_t m = std::min(most, n - i);
    const std::byte* in = from + i * from_step * from_size_;
    if (from_step != 1) move_in_(taken, 1, in, from_step, m);
    std::byte* const out = to + i * to_step * to_size_;
    convert_(to_step == 1 ? out : made, from_step == 1 ? in : taken, m);
    if (to_step != 1) move_out_(out, to_step, made, 1, m);
  }
}

}  // namespace tapegrad::kernels
