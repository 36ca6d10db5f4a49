// Who works on a record: any number of reverse passes that keep it, or the one that frees it.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace tapegrad {

/// Readers enter and leave; a taker has it for itself, mostly for ever. A reader must not wait for
/// anything before it leaves, so that takers wait for no longer than a derivative takes.
class Claim {
 public:
  /// False, and nothing to leave, when it was taken.
  bool enter() noexcept {
    if ((state_.fetch_add(1, std::memory_order_acquire) & taken_bit) == 0) [[likely]]
      return true;
    leave();
    return false;
  }
  void leave() noexcept { state_.fetch_sub(1, std::memory_order_release); }

  /// False when somebody else was first. Waits for the readers to leave.
  bool take() noexcept {
    if (state_.fetch_or(taken_bit, std::memory_order_acquire) & taken_bit) return false;
    while (state_.load(std::memory_order_acquire) != taken_bit) std::this_thread::yield();
    return true;
  }
  /// The same where no other thread can reach the record: costs nothing.
  bool take_alone() noexcept {
    if (taken()) return false;
    state_.store(taken_bit, std::memory_order_relaxed);
    return true;
  }
  void give_back() noexcept { state_.fetch_and(~taken_bit, std::memory_order_release); }
  bool taken() const noexcept { return (state_.load(std::memory_order_relaxed) & taken_bit) != 0; }

 private:
  static constexpr std::uint32_t taken_bit = 1u << 31;

  std::atomic<std::uint32_t> state_{0};
};

/// A reader until the end of the scope; false when the record was taken.
class Reading {
 public:
  explicit Reading(Claim& claim) noexcept : claim_(claim.enter() ? &claim : nullptr) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() {
    if (claim_) claim_->leave();
  }
  explicit operator bool() const { return claim_ != nullptr; }

 private:
  Claim* claim_;
};

}  // namespace tapegrad
