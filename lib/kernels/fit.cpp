#include "kernels/fit.hpp"

#include <concepts>
#include <limits>
#include <utility>

#include "core/dispatch.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {
namespace {

/// To holds every From.
template <class From, class To>
constexpr bool always_fits() {
  using Limits = std::numeric_limits<To>;
  if constexpr (std::is_same_v<To, bool> || std::is_same_v<From, bool>) {
    return true;
  } else if constexpr (std::integral<To> && std::integral<From>) {
    return std::in_range<To>(std::numeric_limits<From>::min()) &&
           std::in_range<To>(std::numeric_limits<From>::max());
  } else if constexpr (std::integral<To>) {
    return false;
  } else {
    return static_cast<double>(Limits::max()) >=
           static_cast<double>(std::numeric_limits<From>::max());
  }
}

using Fits = bool (*)(const Scalar& value);

template <class From>
std::optional<Misfit> first(Ref in, Fits fits) {
  std::optional<Misfit> found;
  std::int64_t before = 0;
  Walk<1>({in}).rows([&](const auto& at, const auto& stride, std::int64_t n) {
    const auto* x = reinterpret_cast<const From*>(at[0]);
    for (std::int64_t i = 0; i < n && !found; ++i) {
      const Scalar value(x[i * stride[0]]);
      if (!fits(value)) found = {before + i, value};
    }
    before += n;
  });
  return found;
}

}  // namespace

std::optional<Misfit> first_misfit(Ref in, DType dtype) {
  return dispatch_stored(in.dtype, [&]<class From>(std::type_identity<From>) {
    const Fits fits = dispatch_stored(dtype, []<class To>(std::type_identity<To>) -> Fits {
      if constexpr (always_fits<From, To>()) return nullptr;
      return [](const Scalar& value) { return value.fits<To>(); };
    });
    return fits ? first<From>(in, fits) : std::nullopt;
  });
}

}  // namespace tapegrad::kernels
