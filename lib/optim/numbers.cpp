#include "optim/numbers.hpp"

#include "core/check.hpp"

namespace tapegrad::optim {

Numbers::Numbers(std::string_view owner, const StateDict& state,
                 std::initializer_list<std::string_view> names)
    : owner_(owner), state_(state) {
  for (const std::string_view name : names) {
    check<Error>(state.contains(name), "{}: load_state_dict: no entry \"{}\"; nothing was loaded",
                 owner, name);
  }
  check<Error>(state.size() == names.size(),
               "{}: load_state_dict: {} entries in the place of {}; nothing was loaded", owner,
               state.size(), names.size());
}

Tensor Numbers::of(std::string_view name, const Shape& shape, DType dtype) const {
  const Tensor& x = state_[name];
  check<ShapeError>(x.shape() == shape,
                    "{}: load_state_dict: \"{}\" has shape {} in the place of {}; nothing was "
                    "loaded",
                    owner_, name, x.shape(), shape);
  check<DTypeError>(x.dtype() == dtype,
                    "{}: load_state_dict: \"{}\" is {} in the place of {}; nothing was loaded",
                    owner_, name, x.dtype(), dtype);
  return x;
}

std::int64_t Numbers::count(std::string_view name) const {
  const auto count = of(name, {}, int64).item<std::int64_t>();
  check<Error>(count >= 0, "{}: load_state_dict: \"{}\" is {}; nothing was loaded", owner_, name,
               count);
  return count;
}

}  // namespace tapegrad::optim
