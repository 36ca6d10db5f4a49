#include "kernels/fit.hpp"

#include "core/dispatch.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {
namespace {

/// To holds every From.
template <class From, class To>
constexpr bool always_fits() {
  if constexpr (std::is_same_v<To, bool> || std::is_same_v<From, bool>) {
    return true;
  } else if constexpr (std::is_floating_point_v<To>) {
    return std::is_integral_v<From> || sizeof(To) >= sizeof(From);
  } else {
    return std::is_integral_v<From> && sizeof(To) >= sizeof(From);
  }
}

template <class From, class To>
std::optional<Misfit> first(Ref in) {
  std::optional<Misfit> found;
  std::int64_t before = 0;
  Walk<1>({in}).rows([&](const auto& at, const auto& stride, std::int64_t n) {
    const auto* x = reinterpret_cast<const From*>(at[0]);
    for (std::int64_t i = 0; i < n && !found; ++i) {
      const Scalar value(x[i * stride[0]]);
      if (!value.fits<To>()) found = {before + i, value};
    }
    before += n;
  });
  return found;
}

}  // namespace

std::optional<Misfit> first_misfit(Ref in, DType dtype) {
  return dispatch(dtype, [&]<class To>(std::type_identity<To>) {
    return dispatch(in.dtype, [&]<class From>(std::type_identity<From>) -> std::optional<Misfit> {
      if constexpr (always_fits<From, To>()) {
        return std::nullopt;
      } else {
        return first<From, To>(in);
      }
    });
  });
}

}  // namespace tapegrad::kernels
