// A loop of one text over arrays without gaps, for who runs it often: nothing is left to be found
// out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace tapegrad {

/// What computes n elements of `out` by the text at `f`. `in[k]` is an array where `advance[k]` is
/// 1, or a batch of one repeated element where it is 0.
using DenseCall = void (*)(const void* f, std::byte* out, const std::byte* const* in,
                           const std::int64_t* advance, std::int64_t n);

class DenseLoop {
 public:
  /// No loop.
  DenseLoop() = default;
  /// The text lies elsewhere, for as long as this is used.
  DenseLoop(DenseCall call, const void* f) : call_(call), elsewhere_(f) {}
  /// The text lies here.
  template <class F>
  static DenseLoop of(DenseCall call, const F& f) {
    static_assert(std::is_trivially_copyable_v<F> && sizeof(F) <= sizeof here_);
    DenseLoop loop(call, nullptr);
    std::memcpy(loop.here_.data(), &f, sizeof(F));
    return loop;
  }

  explicit operator bool() const { return call_ != nullptr; }
  void operator()(std::byte* out, const std::byte* const* in, const std::int64_t* advance,
                  std::int64_t n) const {
    call_(elsewhere_ ? elsewhere_ : here_.data(), out, in, advance, n);
  }

 private:
  DenseCall call_ = nullptr;
  const void* elsewhere_ = nullptr;
  alignas(8) std::array<std::byte, 8> here_{};
};

}  // namespace tapegrad
