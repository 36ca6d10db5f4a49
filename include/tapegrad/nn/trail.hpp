// Where moved values went. std::swap(a, b) moves in a circle (a to a third, b to a, the third to
// b); whoever closes it learns here that it was one, and can put tensors back where they were.
#pragma once

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn::detail {

/// A base of T, whose moves it follows. Links are cut by whoever changes or ends first, so that
/// none of them dangles.
template <class T>
class Trail {
 public:
  Trail() = default;
  Trail(const Trail&) noexcept {}
  Trail(Trail&& other) noexcept : origin_(&other) {
    other.leave();
    other.gone_ = true;
  }
  Trail& operator=(const Trail& other) noexcept {
    if (this != &other) leave();
    return *this;
  }
  Trail& operator=(Trail&& other) noexcept {
    if (this == &other) return *this;
    leave();
    other.leave();
    other.gone_ = true;
    other.heir_ = this;
    giver_ = &other;
    return *this;
  }
  ~Trail() { leave(); }

  /// Moved from, and given nothing since.
  bool gone() const { return gone_; }
  /// To be asked before `*this = std::move(third)`: `a` if this is the end of std::swap(a, *this),
  /// where `third` was made from a, and a has what was here. Null elsewhere.
  T* swapped_with(const Trail& third) const {
    const bool closed = gone_ && heir_ && heir_ == third.origin_ && !heir_->gone_;
    return closed ? static_cast<T*>(heir_) : nullptr;
  }
  /// Had nothing of its own, and took what `other` had, as one that is made from it does.
  void made_from(const Trail& other) { origin_ = &other; }
  /// It has been swapped already, as a part of something larger.
  void forget_origin() { origin_ = nullptr; }

 private:
  void leave() {
    if (giver_) giver_->heir_ = nullptr;
    if (heir_) heir_->giver_ = nullptr;
    giver_ = heir_ = nullptr;
    origin_ = nullptr;
    gone_ = false;
  }

  /// Whose value this was made from; compared, never followed.
  const Trail* origin_ = nullptr;
  /// Who was assigned what was here.
  Trail* heir_ = nullptr;
  /// Whose heir this is.
  Trail* giver_ = nullptr;
  bool gone_ = false;
};

}  // namespace nn::detail
}  // namespace tapegrad
