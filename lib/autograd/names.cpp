// Who is called what: scopes, labels of leaves and constants, a tensor's own name.
#include "tapegrad/names.hpp"

#include "autograd/graph_impl.hpp"
#include "core/scope.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/graph.hpp"

namespace tapegrad {
namespace {

/// Of a leaf or a constant.
void set_label(TensorImpl& x, const Scope* label) {
  x.label = label;
  if (x.node) set_label(*x.node, label);
}

}  // namespace

ScopeName::ScopeName(std::string_view name) {
  check_name("ScopeName", name);
  assign(name);
}

ScopeName::ScopeName(const ScopeName& other) noexcept : name_(other.name_.load()) {}

ScopeName& ScopeName::operator=(const ScopeName& other) noexcept {
  name_ = other.name_.load();
  return *this;
}

void ScopeName::assign(std::string_view name) {
  if (name == text()) return;
  name_ = is_name(name) ? scope_within(nullptr, name) : nullptr;
}

std::string_view ScopeName::text() const {
  const Scope* name = name_;
  return name ? std::string_view(name->name) : std::string_view();
}

/// The name within the current scope. What was found last serves again if it is still that.
const Scope* ScopeName::entered() const {
  const Scope* name = name_.load(std::memory_order_acquire);
  if (!name) return current_scope;
  const Scope* last = last_.load(std::memory_order_acquire);
  if (last && last->parent == current_scope && last->plain == name) return last;
  last = scope_within(current_scope, name->name);
  last_.store(last, std::memory_order_release);
  return last;
}

NameScope::NameScope(std::string_view name) : before_(current_scope) {
  check_name("NameScope", name);
  current_scope = scope_within(current_scope, name);
}

NameScope::NameScope(const ScopeName& name) : before_(current_scope) {
  current_scope = name.entered();
}

NameScope::~NameScope() { current_scope = before_; }

void name_where_used(const Tensor& x, std::string_view name) {
  check_defined("name_where_used", x, name);
  TensorImpl& impl = impl_of(x);
  if (impl.label.load(std::memory_order_relaxed) || !x.is_leaf() || !is_name(name)) return;
  set_label(impl, scope_within(nullptr, name));
}

void copy_name(const Tensor& from, const Tensor& to) {
  check_defined("copy_name", from, to);
  const Scope* label = impl_of(from).label;
  if (label && impl_of(to).label != label && to.is_leaf()) set_label(*to.impl(), label);
}

std::string detail::OnTape::name() const {
  const TensorImpl& x = impl_of(self(), "name");
  if (is_symbolic(self())) {
    const std::shared_ptr<GraphImpl> graph = graph_of("name", self());
    return graph->name_of(graph->place_of("name", self()));
  }
  if (x.node) {
    const std::string name = tape(self()).back().name;
    const bool numbered = x.node->kind == Kind::result && !x.node->label.load();
    return numbered ? name : name + ":0";
  }
  return (x.label ? path_of(x.label) : "constant") + ":0";
}

Tensor detail::OnTape::named(std::string_view name) const {
  TensorImpl& x = impl_of(self(), "named");
  check_name("named", name);
  if (x.node && !x.node->is_leaf()) {
    x.node->label = scope_within(nullptr, name);
  } else {
    set_label(x, scope_within(x.node ? x.node->scope.load() : current_scope, name));
  }
  if (is_symbolic(self())) ++graph_of("named", self())->changes;
  return self();
}

}  // namespace tapegrad
