// In-place forms of binary operations: the write, the version, and the record, also through views.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "autograd/apply.hpp"

namespace tapegrad {

/// "add_" for an operation "add".
template <class Op>
class InPlaceName {
  static constexpr auto text = [] {
    std::array<char, Op::name.size() + 1> letters{};
    std::copy(Op::name.begin(), Op::name.end(), letters.begin());
    letters.back() = '_';
    return letters;
  }();

 public:
  static constexpr std::string_view value{text.data(), text.size()};
};

/// Shape, element type and overlap fit: throws ShapeError, DTypeError or Error.
void check_in_place(std::string_view operation, const Tensor& self, const Tensor& other,
                    DType result);

/// May be changed in a recorded way; throws AutogradError for leaves that require grad, their
/// views, and views that don't know their base's history.
void check_recordable(std::string_view operation, const Tensor& self);

/// `node` made what self now holds: gives it to self and, through a view, to the base.
void set_history(Tensor& self, Ptr<Node> node);

/// The place of a tensor and its base on the tape, and the version: as they were when this was
/// made, unless what changed them came to its end.
class HistoryGuard {
 public:
  explicit HistoryGuard(Tensor& self);
  HistoryGuard(const HistoryGuard&) = delete;
  HistoryGuard& operator=(const HistoryGuard&) = delete;
  ~HistoryGuard();
  void keep_change() { kept_ = true; }

 private:
  TensorImpl& self_;
  Ptr<Node> node_;
  Ptr<Node> base_node_;
  std::uint32_t writes_;
  std::uint32_t base_writes_;
  std::uint32_t version_;
  bool kept_ = false;
};

/// other, or a copy of it where it shares storage with self without lying exactly like it.
Tensor apart_from(const Tensor& self, const Tensor& other);

/// A copy that stands at the same place on the tape.
Tensor copy_with_history(const Tensor& x);

inline bool shares_storage(const Tensor& a, const Tensor& b) {
  return a.impl()->storage.get() == b.impl()->storage.get();
}

template <class Op>
void write_traced(Op op, Tensor& self, const Tensor& other);

template <class Op>
Tensor& write_and_record(Op op, Tensor& self, const Tensor& other) {
  constexpr std::string_view name = InPlaceName<Op>::value;
  check_defined_self(name, self, other);
  check_in_place(name, self, other, Op::type_of(self, other));
  TensorImpl& impl = *self.impl();
  // Where memory ends, it ends before the first element changes.
  const auto write = [&](const Tensor& operand) {
    op.into(self, self, apart_from(self, operand));
    impl.storage->bump();
  };
  if (is_silent()) {
    write(other);
    return self;
  }
  if (is_traced()) [[unlikely]] {
    write_traced(std::move(op), self, other);
    return self;
  }
  check_history(name, self);
  check_history(name, other);
  const bool records = tracked(self) || tracked(other) || (impl.base && impl.base->node);
  if (!records || !is_floating(impl.dtype)) {
    write(other);
    return self;
  }
  check_recordable(name, self);
  // What the write destroys but the derivative needs is copied first.
  const Needs needs = (tracked(self) ? save_input(0) : save_nothing) |
                      (tracked(other) ? save_input(1) : save_nothing);
  const Needs saved = Op::saves(needs);
  Tensor before = self;
  Tensor operand = other;
  if (asks_for(saved, 0)) before = copy_with_history(self);
  if (asks_for(saved, 1) && shares_storage(self, other)) operand = copy_with_history(other);
  HistoryGuard guard(self);
  impl.storage->bump();  // what the record saves of the result is of this version
  set_history(self, record(op, self, before, operand));
  op.into(self, self, apart_from(self, operand));
  guard.keep_change();
  return self;
}

template <class Op>
[[gnu::cold, gnu::noinline]] void write_traced(Op op, Tensor& self, const Tensor& other) {
  unlisted([&] { return write_and_record(op, self, other); });
  const std::array<const Tensor*, 2> inputs{&self, &other};
  list_operation(OperationOf<Op, Tensor, Tensor>(op), inputs, self);
}

/// self = f(self, other). Where memory ends, MemoryError names the operation, and nothing changed.
template <class Op>
Tensor& apply_in_place(Op op, Tensor& self, const Tensor& other) {
  return in_name_of(InPlaceName<Op>::value,
                    [&]() -> Tensor& { return write_and_record(std::move(op), self, other); });
}

}  // namespace tapegrad
