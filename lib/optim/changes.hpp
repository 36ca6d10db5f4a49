// The gradients of one step, as an optimizer takes them from the leaves.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "core/node.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/optim/optimizer.hpp"

namespace tapegrad::optim {

/// What is changed together. A gradient that somebody else holds, too, as a program does from run
/// to run, is lent by its leaf: to count a reference takes longer than the step of a number.
class Optimizer::Changes {
 public:
  Changes() = default;
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;
  ~Changes() { clear(); }

  /// False where there is no gradient.
  bool add(Slot& slot, const LeafNode& leaf) {
    const std::uint32_t exchanges = leaf.exchanges.load(std::memory_order_acquire);
    const bool is_known =
        slot.last_grad && slot.leaf_number == leaf.number && slot.exchanges == exchanges;
    const bool lends = is_known && slot.last_grad->references.load(std::memory_order_relaxed) > 1;
    Tensor grad = lends ? Tensor::adopt(slot.last_grad) : leaf.grad();
    slot.last_grad = grad.impl();
    slot.leaf_number = leaf.number;
    slot.exchanges = exchanges;
    if (!grad.defined()) return false;
    std::construct_at(&places_[count_].change, Change{&slot, std::move(grad)});
    lent_ |= std::uint32_t{lends} << count_++;
    return true;
  }
  bool is_full() const { return count_ == most_changes; }
  std::span<const Change> all() const { return {&places_[0].change, count_}; }
  const Change& last() const { return places_[count_ - 1].change; }
  void drop_last() {
    if ((lent_ >> --count_ & 1U) == 0) std::destroy_at(&places_[count_].change);
    lent_ &= ~(std::uint32_t{1} << count_);
  }
  void clear() {
    while (count_ > 0) drop_last();
  }

 private:
  union Place {
    Place() {}
    ~Place() {}
    Change change;
  };
  std::array<Place, most_changes> places_;
  std::size_t count_ = 0;
  std::uint32_t lent_ = 0;
};

}  // namespace tapegrad::optim
