#include "ops/create/options.hpp"

#include <limits>

#include "autograd/mode.hpp"
#include "core/check.hpp"
#include "core/dispatch.hpp"
#include "core/layout.hpp"
#include "kernels/fit.hpp"

namespace tapegrad {

Tensor stored(std::string_view operation, const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return x;
  check_fits(operation, x, dtype);
  return unrecorded([&] { return x.to(dtype); });
}

void check_fits(std::string_view operation, const Tensor& x, DType dtype) {
  const auto misfit = kernels::first_misfit(kernels::ref(x), dtype);
  if (!misfit) return;
  const std::string where =
      fmt::format("{}: element {}", operation, position(misfit->place, x.shape()));
  dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) { misfit->value.to<T>(where); });
}

void check_holds(std::string_view operation, DType dtype, std::int64_t first, std::int64_t last) {
  // Up to 2^digits every integer is a floating-point number.
  const bool fits = dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::is_same_v<T, std::int64_t>) {
      return true;
    } else if constexpr (std::is_integral_v<T>) {
      return first >= std::int64_t{Limits::min()} && last <= std::int64_t{Limits::max()};
    } else {
      constexpr std::int64_t most = std::int64_t{1} << Limits::digits;
      return first >= -most && last <= most;
    }
  });
  check<DTypeError>(fits, "{}: {} doesn't hold every integer from {} to {}", operation, dtype,
                    first, last);
}

}  // namespace tapegrad
