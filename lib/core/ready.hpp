// What an operation is once it is known how its operands lie, wherever that is: for who runs it
// often. Knows no operation and no kernel.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace tapegrad {

class Ready {
 public:
  static constexpr std::size_t most_inputs = 3;
  /// Computes `out` of `in`, which has a null pointer for what is undefined. False where the
  /// elements ask for the long way, into(), which writes all of `out`.
  using Call = bool (*)(const void* state, std::byte* out, const std::byte* const* in);

  /// Nothing is ready.
  Ready() = default;
  /// `state` is all that was found out beforehand.
  template <class State>
  Ready(Call call, const State& state) : call_(call) {
    static_assert(std::is_trivially_copyable_v<State> && sizeof(State) <= sizeof state_);
    static_assert(alignof(State) <= alignof(double));
    std::memcpy(state_.data(), &state, sizeof(State));
  }

  explicit operator bool() const { return call_ != nullptr; }
  bool operator()(std::byte* out, const std::byte* const* in) const {
    return call_(state_.data(), out, in);
  }

 private:
  Call call_ = nullptr;
  alignas(double) std::array<std::byte, 96> state_{};
};

}  // namespace tapegrad
