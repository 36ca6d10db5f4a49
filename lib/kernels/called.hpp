// Functions behind a pointer, so that all that take longer than a call share the loops: functions
// of numbers, which no batch form is known of, and of batches.
#pragma once

#include <type_traits>

namespace tapegrad::kernels {

template <class Out, class... In>
struct Called {
  static constexpr bool vector = !std::is_arithmetic_v<Out>;
  const void* function;
  Out (*call)(const void*, In...);
  Out operator()(In... x) const { return call(function, x...); }
};

/// f, which must outlive the result, as a function of elements or of batches.
template <class Out, class... In, class F>
Called<Out, In...> called(const F& f) {
  return {&f, [](const void* at, In... x) {
            return static_cast<Out>((*static_cast<const F*>(at))(x...));
          }};
}

}  // namespace tapegrad::kernels
