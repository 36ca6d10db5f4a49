// A captured function made ready to run: steps that count, and where in memory each value is to
// lie. The same for all runs; what belongs to one of them is in frame.hpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "autograd/capture.hpp"
#include "program/arena.hpp"

namespace tapegrad {

class Plan {
 public:
  /// Where a value of the capture lies in a run.
  struct Home {
    enum class Kind { feed, arena, handed_out } kind;
    /// The number of the feed or of what is handed out, the place in the arena.
    std::size_t place;
    std::size_t bytes;
    /// Numbers from the capture, which others may change, with which each run begins anew.
    const Storage* as_captured = nullptr;
  };

  explicit Plan(Captured captured);

  /// Throws Error where a run would not do what the function would do now.
  void check_world() const;
  /// Whether it is what would be captured in the thread's mode.
  bool fits_mode(bool recorded) const {
    return !captured_.differentiates || captured_.recorded == recorded;
  }
  const Captured& captured() const { return captured_; }
  /// Null for what was there before, and for constants.
  const Home* home_of(const Tensor& x) const;
  const std::unordered_map<const Storage*, Home>& homes() const { return homes_; }
  std::size_t handed_out_count() const { return handed_out_; }
  /// Nothing but its results comes of a run, so that several may go on at a time.
  bool changes_nothing() const { return changes_nothing_; }

  std::size_t captured_steps() const { return captured_steps_; }
  std::size_t fused_steps() const;
  std::size_t value_bytes() const { return value_bytes_; }
  std::size_t arena_bytes() const { return arena_bytes_; }

 private:
  /// The last step that sees a storage.
  using LastUses = std::unordered_map<const Storage*, std::size_t>;
  const Storage* dying_input(std::size_t step, const LastUses& last) const;
  void lay_out();
  [[gnu::cold]] void check_owners(const Owners& known) const;

  Captured captured_;
  std::size_t captured_steps_;
  std::unordered_map<const Storage*, Home> homes_;
  std::size_t handed_out_ = 0;
  std::size_t value_bytes_ = 0;
  std::size_t arena_bytes_ = 0;
  bool changes_nothing_ = false;
  /// Of the owners of tensors, when they were looked at last.
  mutable std::atomic<std::uint64_t> changes_seen_ = 0;
};

}  // namespace tapegrad
