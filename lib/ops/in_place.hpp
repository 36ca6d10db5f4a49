// In-place forms of operations of each element: the write, the version, and the record, also
// through views.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <initializer_list>
#include <string_view>
#include <tuple>
#include <utility>

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

/// A result of type `result` fits into self, whose elements share no memory: throws DTypeError or
/// Error.
void check_in_place(std::string_view operation, const Tensor& self, DType result);
/// `other` broadcasts to self's shape: throws ShapeError.
void check_reaches(std::string_view operation, const Tensor& self, const Tensor& other);

/// In-place forms of any function: self may be changed, which is asked before anything is computed.
/// Gives whether that will be recorded, as it will be beside a tensor that is tracked.
bool check_writable(std::string_view operation, const Tensor& self, bool beside_tracked = false);
/// x, or a copy of it where the change of self would change what the record keeps.
Tensor intact(const Tensor& x, const Tensor& self, bool recorded);
/// Copies the result into self, as recorded as copy_() is. Throws ShapeError for a result of
/// another shape, DTypeError for one of a higher kind.
Tensor& written(std::string_view operation, Tensor& self, const Tensor& result);

/// A function's result, from whether the write will be recorded: by address, so that the one
/// write() does for all functions.
class ResultIf {
 public:
  template <class F>
  ResultIf(const F& f)
      : f_(&f),
        call_([](const void* g, bool recorded) { return (*static_cast<const F*>(g))(recorded); }) {}
  Tensor operator()(bool recorded) const { return call_(f_, recorded); }

 private:
  const void* f_;
  Tensor (*call_)(const void*, bool);
};

/// A tensor that an in-place form takes, and its place among the arguments.
struct Operated {
  std::size_t place;
  const Tensor* x;
};

/// self = f(self, others...): all are asked first, and every error is in `operation`'s name.
Tensor& write(std::string_view operation, Tensor& self, std::initializer_list<Operated> others,
              ResultIf result);

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

/// self, or a copy in the type that its elements are computed in, outside the tape.
Tensor computed_copy(const Tensor& self);
/// Writes that copy back.
void store_copy(const Tensor& self, const Tensor& copy);

/// The same as a step of a program.
template <class Op, std::same_as<Tensor>... In>
[[gnu::cold, gnu::noinline]] void write_captured(const Op& op, const Tensor& self,
                                                 const In&... other) {
  const std::array<const Tensor*, sizeof...(In) + 1> inputs{&self, &other...};
  captured_write(OperationOf<Op, Tensor, In...>(op), inputs);
}

/// op.into() from self and others into self.
template <class Op, std::same_as<Tensor>... In>
void write_into(const Op& op, const Tensor& self, const In&... other) {
  if (is_captured()) [[unlikely]]
    return write_captured(op, self, apart_from(self, other)...);
  if (is_computed_wide<Op>(self, other...)) [[unlikely]] {
    const Tensor copy = computed_copy(self);
    op.into(copy, copy, apart_from(self, computed_copy(other))...);
    return store_copy(self, copy);
  }
  op.into(self, self, apart_from(self, other)...);
}

/// A copy that stands at the same place on the tape.
Tensor copy_with_history(const Tensor& x);

inline bool shares_storage(const Tensor& a, const Tensor& b) {
  return a.impl()->storage.get() == b.impl()->storage.get();
}

template <class Op, std::same_as<Tensor>... In>
void write_traced(Op op, Tensor& self, const In&... other);

/// The write itself, and its record.
template <class Op, std::same_as<Tensor>... In>
void record_write(Op op, Tensor& self, const In&... other) {
  // What the write destroys but the derivative needs is copied first.
  const Needs saved = Op::saves((tracked(self) ? save_input(0) : save_nothing) |
                                ((tracked(other) ? save_input(1) : save_nothing) | ... | 0u));
  [[maybe_unused]] const auto kept = [&](const Tensor& x) {
    return asks_for(saved, 1) && shares_storage(self, x) ? copy_with_history(x) : x;
  };
  const Tensor before = asks_for(saved, 0) ? copy_with_history(self) : self;
  const std::array<Tensor, sizeof...(In)> operands{kept(other)...};
  HistoryGuard guard(self);
  self.impl()->storage->bump();  // what the record saves of the result is of this version
  std::apply(
      [&](const auto&... operand) {
        set_history(self, record(Op(op), self, before, operand...));
        write_into(op, self, operand...);
      },
      operands);
  guard.keep_change();
}

template <class Op, std::same_as<Tensor>... In>
Tensor& write_and_record(Op op, Tensor& self, const In&... other) {
  constexpr std::string_view name = InPlaceName<Op>::value;
  check_defined_self(name, self, other...);
  // An operation of places says itself what fits.
  if constexpr (!requires { Op::names_places; }) (check_reaches(name, self, other), ...);
  check_in_place(name, self, op.type_of(name, self, other...));
  TensorImpl& impl = *self.impl();
  // Where memory ends, it ends before the first element changes.
  const auto write = [&] {
    write_into(op, self, other...);
    impl.storage->bump();
  };
  if (is_silent()) {
    write();
    return self;
  }
  if (is_traced()) [[unlikely]] {
    write_traced(std::move(op), self, other...);
    return self;
  }
  if (is_captured()) [[unlikely]]
    captured_change(name, self);
  check_history(name, self);
  (check_history(name, other), ...);
  const bool records =
      recording() && (tracked(self) || (tracked(other) || ...) || (impl.base && impl.base->node));
  if (!records || !is_floating(impl.dtype)) {
    write();
    return self;
  }
  check_recordable(name, self);
  record_write(std::move(op), self, other...);
  return self;
}

template <class Op, std::same_as<Tensor>... In>
[[gnu::cold, gnu::noinline]] void write_traced(Op op, Tensor& self, const In&... other) {
  refuse_symbolic_write(InPlaceName<Op>::value, self);
  unlisted([&] { return write_and_record(op, self, other...); });
  const std::array<const Tensor*, sizeof...(In) + 1> inputs{&self, &other...};
  list_operation(OperationOf<Op, Tensor, In...>(op), inputs, {&self, 1});
}

/// self = f(self, other), or f(self). Where memory ends, MemoryError names the operation, and
/// nothing changed.
template <class Op, std::same_as<Tensor>... In>
Tensor& apply_in_place(Op op, Tensor& self, const In&... other) {
  return in_name_of(InPlaceName<Op>::value,
                    [&]() -> Tensor& { return write_and_record(std::move(op), self, other...); });
}

}  // namespace tapegrad
