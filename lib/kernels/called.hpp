// Functions of numbers behind a pointer, so that all that have no batch form share the loops. What
// they compute takes longer than the call.
#pragma once

namespace tapegrad::kernels {

template <class Out, class... In>
struct Called {
  static constexpr bool vector = false;
  const void* function;
  Out (*call)(const void*, In...);
  Out operator()(In... x) const { return call(function, x...); }
};

/// f, which must outlive the result, as a function of elements.
template <class Out, class... In, class F>
Called<Out, In...> called(const F& f) {
  return {&f, [](const void* at, In... x) {
            return static_cast<Out>((*static_cast<const F*>(at))(x...));
          }};
}

}  // namespace tapegrad::kernels
