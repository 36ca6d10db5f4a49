// Where moved values went. std::swap(a, b) moves in a circle (a to a third, b to a, the third to
// b), and so do sorting and rotating, in longer ones; whoever closes a circle learns here who is in
// it, and can put tensors back where they were.
#pragma once

#include <optional>
#include <vector>

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn::detail {

/// A place that something can be moved from and to. Its content went to the heir, which holds it
/// still, or was passed on by it. Links are cut by whoever changes or ends first, so that none
/// dangles; a lock guards them, because places that are linked may belong to several threads.
class Place {
 public:
  Place() = default;
  Place(const Place&) noexcept {}
  Place& operator=(const Place&) = delete;
  ~Place() { leave(); }

  /// Moved from, and given nothing since.
  bool gone() const { return gone_; }

 protected:
  /// This, which has nothing, now has what was in `other`.
  void take(Place& other) noexcept;
  /// What was in `other` is gone from there, but not to be found here.
  void lose(Place& other) noexcept;
  /// Got something of its own.
  void leave() noexcept;
  /// It is what it was, whatever went before: a circle was closed with it, as a part of something
  /// larger.
  void settle() noexcept;

  /// To be asked before what is in `last` comes here. If that closes a circle, it is forgotten, and
  /// the places come back that hold what was in others, so that each gets its own by exchanging it
  /// with `last`, in this order; what was here is in `last` then. This place has its content again.
  std::optional<std::vector<Place*>> close(Place& last);

 private:
  void cut_giver() noexcept;
  void cut_heir() noexcept;

  Place* heir_ = nullptr;
  /// Whose heir this is.
  Place* giver_ = nullptr;
  bool gone_ = false;
};

}  // namespace nn::detail
}  // namespace tapegrad
