// What is done with a gradient on its way: hooks on it, hooks behind it, keeping it.
#include <utility>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/extras.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {
namespace {

HookHandle handle_of(const std::shared_ptr<detail::HookList>& list, Hook hook) {
  const std::uint64_t id = list->add(std::move(hook));
  return {list, id};
}

}  // namespace

HookHandle detail::OnTape::register_hook(GradientHook hook) const {
  const TensorImpl& x = impl_of(self(), "register_hook");
  std::function<Tensor(const Tensor&)>& f = hook.function();
  check<Error>(static_cast<bool>(f), "register_hook: the hook is an empty function");
  check_history("register_hook", self());
  check<AutogradError>(static_cast<bool>(x.node),
                       "register_hook: a tensor of shape {} that doesn't require grad", shape());
  if (x.node->is_leaf()) refuse_captured_once("register_hook", self());
  return handle_of(x.node->with_extras().hooks, std::move(f));
}

HookHandle detail::OnTape::register_post_accumulate_grad_hook(
    std::function<void(const Tensor&)> f) const {
  constexpr std::string_view name = "register_post_accumulate_grad_hook";
  const TensorImpl& x = impl_of(self(), name);
  check<Error>(static_cast<bool>(f), "{}: the hook is an empty function", name);
  check_history(name, self());
  check<AutogradError>(static_cast<bool>(x.node),
                       "{}: a tensor of shape {} that doesn't require grad", name, shape());
  check<AutogradError>(x.node->is_leaf(),
                       "{}: a tensor of shape {} that {} made: only leaves add up gradients; use "
                       "register_hook()",
                       name, shape(), operation());
  refuse_captured_once(name, self());
  Extras& extras = x.node->with_extras();
  // Without the node: a node and a tensor don't own each other.
  extras.elements = make_alias(self());
  extras.elements.impl()->label = x.label.load();
  return handle_of(extras.after, [f = std::move(f)](const Tensor& parameter) {
    f(parameter);
    return Tensor();
  });
}

void detail::OnTape::retain_grad() const {
  const Ptr<Node>& node = node_of(self(), "retain_grad");
  check<AutogradError>(static_cast<bool>(node),
                       "retain_grad: a tensor of shape {} that doesn't require grad", shape());
  if (!node->is_leaf()) node->with_extras().retains = true;
}

bool detail::OnTape::retains_grad() const {
  const Ptr<Node>& node = node_of(self(), "retains_grad");
  return node && !node->is_leaf() && collected_of(node) != nullptr;
}

}  // namespace tapegrad
