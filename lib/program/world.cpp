// Whether a run would do what the captured function would do now. Each run asks.
#include "core/check.hpp"
#include "program/plan.hpp"

namespace tapegrad {
namespace {

/// Whether a run may use it.
bool is_as_captured(const Outsider& outsider) {
  const TensorImpl& now = *outsider.tensor.impl();
  if (now.storage.get() != outsider.storage || now.node.get() != outsider.node) return false;
  const bool none = !outsider.node || !outsider.node->extras.load(std::memory_order_acquire);
  return (none ? 0 : hooks_on(outsider.node)) == outsider.hooks;
}

[[noreturn, gnu::cold]] void refuse_outsider(const Outsider& outsider) {
  const TensorImpl& now = *outsider.tensor.impl();
  check<Error>(now.storage.get() == outsider.storage,
               "program: a tensor of shape {} that was there when it was captured has other "
               "memory now, from to_() or an assignment: the program would read and change what "
               "nobody sees; capture it again",
               now.layout.shape());
  check<Error>(now.node.get() == outsider.node,
               "program: a tensor of shape {} that was there when it was captured {} since: the "
               "program would {} the gradient that the function leaves out or asks for now; "
               "capture it again",
               now.layout.shape(),
               outsider.node ? "doesn't require grad any more, or was made a result,"
                             : "began to require grad",
               outsider.node ? "give it" : "miss");
  fail<Error>(
      "program: a leaf of shape {} has other hooks than when it was captured, which a "
      "run would pass over; capture it again",
      now.layout.shape());
}

}  // namespace

void Plan::check_owners(const Owners& known) const {
  const std::uint64_t changes = known.changes->load(std::memory_order_relaxed);
  for (const Outsider& outsider : captured_.outsiders) {
    check<Error>(!outsider.is_owned || known.owns(outsider.tensor),
                 "program: a tensor of shape {} that was part of a module when it was captured "
                 "isn't any more: the module has ended, or its layer was removed or given another "
                 "shape, and a run would go on with what it had; capture it again, with a module "
                 "that lives as long as the program",
                 outsider.tensor.shape());
  }
  changes_seen_.store(changes, std::memory_order_relaxed);
}

void Plan::check_world() const {
  for (const Outsider& outsider : captured_.outsiders) {
    if (!is_as_captured(outsider)) [[unlikely]]
      refuse_outsider(outsider);
  }
  const Owners* const known = owners.load(std::memory_order_acquire);
  if (known && known->changes->load(std::memory_order_relaxed) !=
                   changes_seen_.load(std::memory_order_relaxed)) [[unlikely]]
    check_owners(*known);
  for (const Requirement& requirement : captured_.requirements) {
    if (!requirement.holds()) [[unlikely]]
      fail<Error>("program: {}", requirement.message);
  }
}

}  // namespace tapegrad
