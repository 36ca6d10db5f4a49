#include "nn/identity.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "nn/keepsakes.hpp"
#include "tapegrad/nn/census.hpp"

namespace tapegrad::nn {
namespace detail {

/// The parts of a module by name.
class Identity::Survey : public Visitor {
 public:
  Survey() : Visitor(Introduces::no) {}

  std::map<std::string, Owned*, std::less<>> parts;

  /// Calls f with what is called the same here and among `others`, each part of this once: a tensor
  /// may have two names.
  template <class Others, class F>
  void for_pairs(const Others& others, const F& f) const {
    std::set<const Owned*> met;
    for (const auto& [name, part] : parts) {
      const auto other = others.find(name);
      if (other != others.end() && met.insert(part).second) f(name, *part, other->second);
    }
  }

 private:
  void parameter(std::string_view name, Parameter& part) override {
    parts.emplace(path(name), &part);
  }
  void buffer(std::string_view name, Buffer& part) override { parts.emplace(path(name), &part); }
};

/// Parts of a module that went home don't do so once more by themselves.
class Identity::LastStop final : public Survey {
  void parameter(std::string_view name, Parameter& part) override { meet(name, part); }
  void buffer(std::string_view name, Buffer& part) override { meet(name, part); }
  void submodule(std::string_view name, Module& part) override {
    part.settle();
    descend(name, part);
  }
  void meet(std::string_view name, Owned& part) {
    part.settle();
    parts.emplace(path(name), &part);
  }
};

void Identity::lend(Tensor mine, Owned& theirs) {
  Owned::assign(mine, theirs);
  theirs.let_go();
  theirs.Tensor::operator=(std::move(mine));
  theirs.hold();
}

void Identity::put_back(Owned& part, const Tensor& before) {
  if (part.is_same(before)) return;
  part.leave();
  part.let_go();
  part.Tensor::operator=(before);
  part.hold();
}

void Identity::exchange(Owned& a, Owned& b) {
  if (a.is_same(b) || !a.fits(b) || !b.fits(a)) return;
  const Owned kept(a);
  Owned::assign(a, b);
  Owned::assign(b, kept);
  a.Tensor::swap(b);
  std::swap(a.held_, b.held_);
  inherit(a);
  inherit(b);
}

void Identity::exchange(Module& a, Module& b) {
  LastStop first;
  a.visit(first);
  LastStop second;
  b.visit(second);
  second.for_pairs(first.parts, [](const auto&, Owned& x, Owned* y) { exchange(*y, x); });
}

template <class T>
bool Identity::close(T& here, T& last) {
  const auto circle = here.close(last);
  if (!circle) return false;
  for (Place* each : *circle) exchange(static_cast<T&>(*each), last);
  return true;
}
template bool Identity::close(Owned& here, Owned& last);
template bool Identity::close(Module& here, Module& last);

void Identity::keep(Module& mine, Module& theirs) {
  std::map<std::string, Tensor, std::less<>> own;
  for (auto& [name, tensor] : std::exchange(mine.left_.tensors, {})) own.emplace(name, tensor);
  Survey here;
  if (!mine.gone()) mine.visit(here);
  for (const auto& [name, part] : here.parts) own.emplace(name, *part);
  LastStop there;
  theirs.visit(there);
  theirs.left_.tensors.clear();
  there.for_pairs(own, [&](const std::string& name, Owned& part, const Tensor& tensor) {
    if (part.is_same(tensor) || !Owned::fits(tensor, part)) return;
    theirs.left_.tensors.push_back({name, part});
    lend(tensor, part);
    if (mine.gone()) train(tensor);  // somebody had it before, perhaps an optimizer
  });
}

void Identity::keep_for_copy(Module& mine, const Module& source) {
  std::map<std::string, Tensor, std::less<>> own;
  for (auto& [name, tensor] : std::exchange(mine.left_.tensors, {})) own.emplace(name, tensor);
  if (own.empty() || !mine.gone()) return;
  Survey there;
  const_cast<Module&>(source).visit(there);
  there.for_pairs(own, [&](const std::string&, const Owned& part, const Tensor& tensor) {
    if (Owned::fits(tensor, part)) detail::keep_for_copy(source, part, tensor);
  });
}

}  // namespace detail

Module::Module(const Module& other)
    : Place(), scope_name_(other.scope_name_), training_(other.training_) {
  detail::forget_kept(other);
}

Module::Module(Module&& other) noexcept
    : Place(), scope_name_(other.scope_name_), training_(other.training_) {
  take(other);
}

Module& Module::operator=(const Module& other) {
  if (this == &other) return *this;
  detail::forget_kept(other);
  detail::Identity::keep_for_copy(*this, other);
  leave();
  set_mode(other.training_);
  return *this;
}

Module& Module::operator=(Module&& other) {
  if (this == &other) return *this;
  const bool empty = gone() && left_.tensors.empty();
  const bool closed = detail::Identity::close(*this, other);
  if (!closed && !empty && !other.gone()) detail::Identity::keep(*this, other);
  set_mode(other.training_);
  if (!closed) empty ? take(other) : lose(other);
  return *this;
}

}  // namespace tapegrad::nn
