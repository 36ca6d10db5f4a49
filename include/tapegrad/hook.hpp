// What registering a hook gives: the means to remove it.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace [[gnu::visibility("default")]] tapegrad {

namespace detail {

class HookList;

}  // namespace detail

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
