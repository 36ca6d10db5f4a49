// What few records have beside their operation, behind one pointer: hooks, a gradient that is kept,
// where the operation was called, values that are computed again.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/node.hpp"

namespace tapegrad {

using Hook = std::function<Tensor(const Tensor&)>;

namespace detail {

/// Hooks in the order of their registration, each with the number that its handle knows. One thread
/// may register or remove some while a pass of another runs what there was.
class HookList {
 public:
  std::uint64_t add(Hook hook);
  void remove(std::uint64_t id);
  /// Those that are registered now.
  std::vector<Hook> now() const;
  bool empty() const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::vector<std::pair<std::uint64_t, Hook>> hooks_;
};

}  // namespace detail

class Recomputed;
struct CallStack;

/// Which value of a recomputed region a record's are: its `place`-th.
struct Recall {
  Recall(std::shared_ptr<Recomputed> of, std::size_t which);
  Recall(Recall&&) = default;
  Recall& operator=(Recall&&) = default;
  ~Recall();

  std::shared_ptr<Recomputed> region;
  std::size_t place;
};

struct Extras {
  /// Handles refer to the lists weakly. Both are there from the beginning.
  std::shared_ptr<detail::HookList> hooks = std::make_shared<detail::HookList>();
  /// Of a leaf: run when a pass has added to its gradient, with the tensor that has these elements.
  std::shared_ptr<detail::HookList> after = std::make_shared<detail::HookList>();
  Tensor elements;
  /// Of an operation: whether the gradient of its result is kept, and what came.
  std::atomic<bool> retains = false;
  Collected retained;
  /// In anomaly mode: who called the operation.
  std::shared_ptr<const CallStack> called_from;
  /// What checkpoint() took out of the record.
  std::vector<Recall> recalls;
};

/// Where gradients that come to the node are added up; null for none.
Collected* collected_of(const Ptr<Node>& node);

/// The gradient that `from` keeps, and that it keeps one, are `to`'s from now on: both are records
/// of one tensor, before and after a change in place.
void hand_retained_over(Node& from, Node& to);

}  // namespace tapegrad
