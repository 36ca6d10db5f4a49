// What a hook is, and what registering one gives: the means to remove it.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace [[gnu::visibility("default")]] tapegrad {

class Tensor;

namespace detail {

class HookList;

}  // namespace detail

/// A function of a gradient, which gives another or nothing.
class GradientHook {
 public:
  GradientHook() = default;
  template <class F>
  requires std::is_invocable_v<F&, const Tensor&> || std::is_null_pointer_v<F> GradientHook(F f) {
    if constexpr (std::is_null_pointer_v<F>) {
      return;
    } else if constexpr (std::is_void_v<std::invoke_result_t<F&, const Tensor&>>) {
      if constexpr (std::same_as<F, std::function<void(const Tensor&)>>) {
        if (!f) return;
      }
      f_ = looking(std::move(f));
    } else {
      f_ = std::move(f);
    }
  }
  template <class F>
  requires(std::is_invocable_v<F&, Tensor&> && !std::is_invocable_v<F&, const Tensor&>)
      GradientHook(F) {
    static_assert(!std::is_invocable_v<F&, Tensor&>,
                  "write a hook that takes const Tensor& and returns what replaces it");
  }
  std::function<Tensor(const Tensor&)>& function() { return f_; }

 private:
  template <class F>
  static auto looking(F f) {
    return [f = std::move(f)](const auto& g) mutable {
      f(g);
      return std::remove_cvref_t<decltype(g)>();
    };
  }
  std::function<Tensor(const Tensor&)> f_;
};

/// A hook that was registered. It stays registered when its handle is gone: only remove() removes
/// it. Handles are values; they keep neither the hook nor the tensor alive.
class HookHandle {
 public:
  HookHandle() = default;
  HookHandle(std::weak_ptr<detail::HookList> list, std::uint64_t id)
      : list_(std::move(list)), id_(id) {}

  /// From the next gradient on the hook doesn't run; what it holds is dropped. A hook may remove
  /// itself or others; the others still see the gradient that is there. Nothing the second time,
  /// and when the tensor is gone.
  void remove();

 private:
  std::weak_ptr<detail::HookList> list_;
  std::uint64_t id_ = 0;
};

}  // namespace tapegrad
