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
  dispatch(dtype, [&]<class T>(std::type_identity<T>) { misfit->value.to<T>(where); });
}

void check_holds(std::string_view operation, DType dtype, std::int64_t first, std::int64_t last) {
  const auto within = [&](std::int64_t low, std::int64_t high) {
    return first >= low && last <= high;
  };
  constexpr std::int64_t float32_exact = std::int64_t{1} << 24;
  constexpr std::int64_t float64_exact = std::int64_t{1} << 53;
  using Int32 = std::numeric_limits<std::int32_t>;
  const bool fits = dtype == boolean   ? within(0, 1)
                    : dtype == uint8   ? within(0, 255)
                    : dtype == int32   ? within(Int32::min(), Int32::max())
                    : dtype == float32 ? within(-float32_exact, float32_exact)
                    : dtype == float64 ? within(-float64_exact, float64_exact)
                                       : true;
  check<DTypeError>(fits, "{}: {} doesn't hold every integer from {} to {}", operation, dtype,
                    first, last);
}

}  // namespace tapegrad
