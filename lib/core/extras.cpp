#include "core/extras.hpp"

#include <algorithm>

#include "tapegrad/hook.hpp"

namespace tapegrad {
namespace detail {

std::uint64_t HookList::add(Hook hook) {
  const std::lock_guard lock(mutex_);
  hooks_.emplace_back(++last_, std::move(hook));
  return last_;
}

// What a hook holds is dropped without the lock: its destructor may be somebody's function.
void HookList::remove(std::uint64_t id) {
  Hook removed;
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(hooks_, id, &std::pair<std::uint64_t, Hook>::first);
  if (found == hooks_.end()) return;
  removed = std::move(found->second);
  hooks_.erase(found);
}

std::vector<Hook> HookList::now() const {
  std::vector<Hook> hooks;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, hook] : hooks_) hooks.push_back(hook);
  return hooks;
}

bool HookList::empty() const {
  const std::lock_guard lock(mutex_);
  return hooks_.empty();
}

}  // namespace detail

void HookHandle::remove() {
  if (const std::shared_ptr<detail::HookList> list = list_.lock()) list->remove(id_);
  list_.reset();
}

Collected* collected_of(const Ptr<Node>& node) {
  if (!node) return nullptr;
  if (node->is_leaf()) return &static_cast<LeafNode&>(*node);
  Extras* extras = node->extras.load(std::memory_order_acquire);
  return extras && extras->retains ? &extras->retained : nullptr;
}

void hand_retained_over(Node& from, Node& to) {
  Extras* before = from.extras.load(std::memory_order_acquire);
  if (!before || !before->retains) return;
  Extras& after = to.with_extras();
  after.retains = true;
  after.retained.set_grad(before->retained.grad());
  before->retains = false;
  before->retained.set_grad(Tensor());
}

}  // namespace tapegrad
