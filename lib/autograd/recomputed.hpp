// A region of checkpoint(): the function, what it was called with, and the values that were taken
// from its records. Recall (core/extras.hpp) is how a record finds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "autograd/draws.hpp"
#include "autograd/saved.hpp"
#include "core/extras.hpp"
#include "tapegrad/checkpoint.hpp"

namespace tapegrad {

/// Records are counted in the order of their creation, and after them, as if they were records that
/// saved their inputs, the regions within this one.
class Recomputed : public std::enable_shared_from_this<Recomputed> {
 public:
  Recomputed(detail::Region f, const std::vector<Tensor>& x);

  std::vector<Tensor> run_first(const std::vector<Tensor>& x);
  /// Slot `slot` of record `place`, if that was taken here.
  std::optional<SavedTensor> value(std::size_t place, std::size_t slot);
  /// Record `place` is gone.
  void forget(std::size_t place) noexcept;
  /// Whether this thread is within a region's function.
  static bool running();

 private:
  using Slot = std::pair<std::size_t, std::size_t>;
  struct Run;

  void take_values(const Run& run);
  void run_again();
  Tensor input_again(std::size_t i) const;

  detail::Region f_;
  std::vector<SavedTensor> inputs_;
  std::vector<bool> tracked_;
  /// Where inputs_ are when a region around this one took them.
  std::vector<Recall> recalls_;
  const Scope* scope_ = current_scope;
  std::vector<Drawn> drawn_;
  /// What the records were, in a number.
  std::uint64_t fingerprint_ = 0;
  /// Guards what follows. Held while f runs again: whoever else asks wants what comes of that.
  std::mutex mutex_;
  /// What was taken and hasn't been forgotten; undefined until f runs again.
  std::map<Slot, SavedTensor> values_;
};

}  // namespace tapegrad
