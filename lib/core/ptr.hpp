// A pointer that shares ownership through the count inside the object.
#pragma once

#include <atomic>
#include <utility>

namespace tapegrad {

/// T has `references`, an atomic count that starts at 1, and `destroy(T*)` is found beside T.
template <class T>
class Ptr {
 public:
  Ptr() = default;
  /// Takes over one reference.
  explicit Ptr(T* adopted) noexcept : raw_(adopted) {}
  static Ptr share(T* raw) noexcept {
    if (raw) raw->references.fetch_add(1, std::memory_order_relaxed);
    return Ptr(raw);
  }
  Ptr(const Ptr& other) noexcept : Ptr(share(other.raw_)) {}
  Ptr(Ptr&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Ptr& operator=(Ptr other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Ptr() {
    if (raw_ && raw_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(raw_);
  }

  T* get() const { return raw_; }
  T* operator->() const { return raw_; }
  T& operator*() const { return *raw_; }
  explicit operator bool() const { return raw_ != nullptr; }
  /// Gives up one reference without dropping it.
  T* release() noexcept { return std::exchange(raw_, nullptr); }

 private:
  T* raw_ = nullptr;
};

}  // namespace tapegrad
