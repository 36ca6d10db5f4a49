#include "nn/identity.hpp"

#include <map>
#include <set>
#include <string>

namespace tapegrad::nn {
namespace {

using Parts = std::map<std::string, Owned*, std::less<>>;

class Survey : public Visitor {
 public:
  Survey() : Visitor(Introduces::no) {}

  Parts parts;

 private:
  void parameter(std::string_view name, Parameter& part) override {
    parts.emplace(path(name), &part);
  }
  void buffer(std::string_view name, Buffer& part) override { parts.emplace(path(name), &part); }
};

/// Calls f with tensors of the same name, each pair once: a tensor may have two names.
template <class F>
void for_pairs(const Parts& a, const Parts& b, const F& f) {
  std::set<const Owned*> met;
  for (const auto& [name, part] : a) {
    const auto other = b.find(name);
    if (other != b.end() && met.insert(other->second).second) f(*part, *other->second);
  }
}

}  // namespace

namespace detail {

void Identity::keep(Owned& mine, Owned& theirs) {
  if (mine.is_same(theirs) || !mine.fits(theirs)) return;
  mine.assign(theirs);
  theirs.let_go();
  theirs.Tensor::operator=(mine);
  theirs.hold();
}

void Identity::exchange(Owned& a, Owned& b) {
  b.forget_origin();
  if (a.is_same(b) || !a.fits(b) || !b.fits(a)) return;
  const Owned kept(a);
  a.assign(b);
  b.assign(kept);
  a.Tensor::swap(b);
  std::swap(a.held_, b.held_);
}

void Identity::keep(Module& mine, Module& theirs) {
  Survey own;
  mine.visit(own);
  Survey other;
  theirs.visit(other);
  for_pairs(own.parts, other.parts, [](Owned& a, Owned& b) { keep(a, b); });
}

/// Parts of a module that was swapped are not swapped once more by themselves.
class Identity::LastStop final : public Survey {
  void submodule(std::string_view name, Module& part) override {
    part.forget_origin();
    descend(name, part);
  }
};

void Identity::exchange(Module& a, Module& b) {
  Survey first;
  a.visit(first);
  LastStop second;
  b.visit(second);
  for_pairs(first.parts, second.parts, [](Owned& x, Owned& y) { exchange(x, y); });
}

}  // namespace detail

Module& Module::operator=(Module&& other) {
  if (this == &other) return *this;
  if (Module* partner = swapped_with(other)) {
    detail::Identity::exchange(*partner, other);
  } else if (!gone() && !other.gone()) {
    detail::Identity::keep(*this, other);
  }
  training_ = other.training_;
  Trail::operator=(std::move(other));
  return *this;
}

}  // namespace tapegrad::nn
