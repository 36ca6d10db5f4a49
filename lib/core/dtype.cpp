// How a number that an element type doesn't hold is refused.
#include "tapegrad/dtype.hpp"

#include <limits>
#include <ostream>
#include <string>

#include "core/check.hpp"
#include "core/dispatch.hpp"

namespace tapegrad {
namespace {

/// "0 to 255"
std::string range_of(DType dtype) {
  return dispatch_stored(dtype, []<class T>(std::type_identity<T>) {
    using Limits = std::numeric_limits<T>;
    // As numbers, not as characters.
    return fmt::format("{} to {}", +Limits::lowest(), +Limits::max());
  });
}

}  // namespace

std::ostream& operator<<(std::ostream& out, DType t) { return out << name_of(t); }

void detail::refuse_dtype(std::string_view operation, DType t) {
  fail<DTypeError>(
      "{}: DType({}) is no element type; use boolean, uint8, int8, int16, int32, int64, float16, "
      "bfloat16, float32 or float64",
      operation, static_cast<int>(t));
}

void refuse_narrow(DType dtype) {
  fail<DTypeError>("{} is stored only; convert it with to({})", dtype, computed_in(dtype));
}

void Scalar::refuse(std::string_view operation, DType dtype) const {
  const std::string number =
      kind_ == float64 ? fmt::format("{}", floating_) : fmt::format("{}", integer_);
  fail<DTypeError>("{}: {} doesn't fit {}, which holds {}", operation, number, dtype,
                   range_of(dtype));
}

void Scalar::refuse_integer(long double value) {
  fail<DTypeError>("Scalar: {:.0f} doesn't fit int64, which holds {}", value, range_of(int64));
}
void Scalar::refuse_long(long double value) {
  fail<DTypeError>("Scalar: {} doesn't fit float64, which reaches {}", value,
                   std::numeric_limits<double>::max());
}

}  // namespace tapegrad
