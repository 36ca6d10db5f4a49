// The only maker of nodes that aren't leaves. An operation is a struct with
//   name                     what prints and errors call it; a member for operations on a list may
//                            have one for each call
//   result(), into() or layout(), as operation.hpp says; checks of arguments are done before
//   saves(needs)             bits of the values its derivative reads: bit i is input i, save_output
//                            the result; `needs` has a bit for each input whose gradient is asked
//   vjp(saved, g)            Tensor expressions: recorded when the reverse pass is
//   attributes(list)         what it was told besides its inputs, if anything
// An operation without vjp has no derivative and is never recorded. `takes_undefined` marks one
// whose inputs may be undefined; for all others apply() refuses them in the operation's name.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "autograd/mode.hpp"
#include "autograd/operation.hpp"
#include "autograd/saved.hpp"
#include "autograd/watched.hpp"
#include "core/naming.hpp"
#include "core/node.hpp"
#include "core/tensor_impl.hpp"

namespace tapegrad {

using Needs = std::uint32_t;
inline constexpr Needs save_output = 1u << 31;
inline constexpr Needs save_nothing = 0;
inline constexpr Needs save_inputs = ~save_output;

/// What an operation says in saves(): `save_input(0) | save_output`. The bit below save_output's
/// stands for all further inputs of a long list: an operation on a list saves all or none of them.
constexpr Needs save_input(std::size_t i) {
  constexpr std::size_t last = 30;
  return Needs{1} << (i < last ? i : last);
}
constexpr bool asks_for(Needs needs, std::size_t i) { return (needs & save_input(i)) != 0; }
/// Of two inputs each is read by the derivative of the other, as in a product.
constexpr Needs save_crosswise(Needs needs) {
  return (asks_for(needs, 0) ? save_input(1) : save_nothing) |
         (asks_for(needs, 1) ? save_input(0) : save_nothing);
}

/// A view whose base was changed by a recorded operation since it was taken holds what has a
/// history that the view doesn't know.
[[gnu::always_inline]] inline bool is_stale(const TensorImpl& x) {
  return x.base && x.recorded_writes != x.base->recorded_writes;
}
/// Gives a stale view the record of one that is taken now, or throws AutogradError where there is
/// none (lib/ops/stale.cpp).
[[gnu::cold, gnu::noinline]] void take_again(std::string_view operation, const Tensor& view);
/// To be called before x is read, recorded or asked for its node. As a call it would cost more than
/// what it does.
[[gnu::always_inline]] inline void check_history(std::string_view operation, const Tensor& x) {
  if (is_stale(impl_of(x))) [[unlikely]] {
    take_again(operation, x);
  }
}

inline bool tracked(const Tensor& x) { return x.defined() && x.impl()->node; }

/// Which values an operation saves, from which gradients are asked for.
using Saves = Needs (*)(Needs);

/// What a record holds, so many edges and saved values: one class for all operations of as many.
template <class Base, class Edges, class Values>
struct RecordOf : Base {
  /// Lists are as long as is said; arrays know it.
  template <class... Args>
  RecordOf([[maybe_unused]] std::size_t edge_count, [[maybe_unused]] std::size_t value_count,
           Args&&... args)
      : Base(std::forward<Args>(args)...) {
    if constexpr (requires { edges.resize(edge_count); }) edges.resize(edge_count);
    if constexpr (requires { saved.resize(value_count); }) saved.resize(value_count);
  }
  [[gnu::noinline]] ~RecordOf() override = default;
  std::span<Ptr<Node>> inputs() override { return edges; }
  std::span<SavedTensor> saved_values() override { return saved; }
  void release_saved() override {
    for (SavedTensor& s : saved) s.value = Tensor();
  }

  /// Fills both from pointers to the operation's inputs; `out` is undefined where there are several
  /// results.
  [[gnu::always_inline]] void connect_here(const Tensor* const* x, std::size_t count,
                                           const Tensor& out, Saves saves) {
    Needs needs = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!tracked(*x[i])) continue;
      needs |= save_input(i);
      edges[i] = x[i]->impl()->node;
      if (count > 1 && edges[i]->dtype == float64) this->more_digits = this->dtype == float32;
    }
    if (saved.size() == 0) return;
    const Needs kept = saves(needs);
    for (std::size_t i = 0; i < count; ++i) {
      if (asks_for(kept, i)) saved[i].keep(*x[i]);
    }
    if (out.defined() && (kept & save_output)) saved[count].keep(out);
  }
  [[gnu::noinline]] void connect(const Tensor* const* x, [[maybe_unused]] std::size_t count,
                                 const Tensor& out, Saves saves) {
    if constexpr (requires { std::tuple_size<Edges>::value; }) {
      connect_here(x, std::tuple_size<Edges>::value, out, saves);
    } else {
      connect_here(x, count, out, saves);
    }
  }

  Edges edges{};
  Values saved{};  // a slot for each input, then one for the output; none where nothing is saved
};

/// A record of Op. Edges and Values are arrays for a fixed number of inputs, vectors for a list.
template <class Op, class Edges, class Values>
struct NodeOf final : RecordOf<Record, Edges, Values> {
  NodeOf(Op&& operation, const Tensor& out, std::size_t inputs)
      : RecordOf<Record, Edges, Values>(inputs, inputs + 1, out.dtype(), out.shape()),
        op(std::move(operation)) {}
  std::string_view name() const override { return op.name; }
  void attributes(AttributeList& list) const override { list_attributes(op, list); }
  Grads vjp(const Tensor& g) override { return op.vjp(Saved(*this, this->edges, this->saved), g); }

  [[no_unique_address]] Op op;
};

/// Where x stands on the tape, for those who are asked by `operation`: also of a stale view, if
/// that can be taken again.
const Ptr<Node>& node_of(const Tensor& x, std::string_view operation);

/// Puts `out`, just computed from `inputs`, on the tape: a record with room for its edges and for
/// what it saves.
template <class Edges, class Values, class Op>
[[gnu::always_inline]] inline Ptr<Node> record_as(Op&& op, const Tensor& out, Inputs inputs) {
  auto* node = new NodeOf<Op, Edges, Values>(std::move(op), out, inputs.size());
  Ptr<Node> owner(node);
  node->connect(inputs.data(), inputs.size(), out, &Op::saves);
  return owner;
}

/// What a record of so many inputs saves.
template <class Op, std::size_t count>
using SavedValues = std::array<SavedTensor, Op::saves(~Needs{0}) == save_nothing ? 0 : count + 1>;

/// The same of one input, of which a call would be a good part.
template <class Op>
[[gnu::always_inline]] inline Ptr<Node> record_here(Op&& op, const Tensor& out, const Tensor& x) {
  using Recorded = NodeOf<Op, std::array<Ptr<Node>, 1>, SavedValues<Op, 1>>;
  auto* node = new Recorded(std::move(op), out, 1);
  Ptr<Node> owner(node);
  const Tensor* const input = &x;
  node->connect_here(&input, 1, out, &Op::saves);
  return owner;
}

template <class Op, std::same_as<Tensor>... In>
Ptr<Node> record(Op&& op, const Tensor& out, const In&... inputs) {
  if constexpr (sizeof...(In) == 1) {
    return record_here(std::move(op), out, inputs...);
  } else {
    constexpr std::size_t count = sizeof...(In);
    const std::array<const Tensor*, count> pointers{&inputs...};
    return record_as<std::array<Ptr<Node>, count>, SavedValues<Op, count>>(std::move(op), out,
                                                                           pointers);
  }
}

/// The result of an operation that is on no tape and in no list: a loop of a derivative, numbers
/// that are made from nothing.
template <class Op, std::same_as<Tensor>... In>
Tensor untaped(const Op& op, const In&... inputs) {
  if (is_watched()) [[unlikely]]
    return untyped(&untaped_watched, op, inputs...);
  return computed(op, inputs...);
}

template <class Op, std::same_as<Tensor>... In>
Tensor run_and_record(Op&& op, const In&... inputs) {
  if constexpr (!requires { Op::takes_undefined; }) check_defined(Op::name, inputs...);
  if (is_watched()) [[unlikely]]
    return untyped(&watched, op, inputs...);
  const bool records = recording();
  if (records) ((inputs.defined() ? check_history(Op::name, inputs) : void()), ...);
  Tensor out = unrecorded([&] { return computed(op, inputs...); });
  if constexpr (requires { &Op::vjp; }) {
    if (records && (tracked(inputs) || ...)) {
      if constexpr (sizeof...(In) == 1) {
        out.impl()->node = record_here(std::move(op), out, inputs...);
      } else {
        out.impl()->node = record(std::move(op), out, inputs...);
      }
    }
  }
  return out;
}

/// Runs an operation and records it if recording is on and an input is tracked. Where memory ends,
/// MemoryError names the operation.
template <class Op, std::same_as<Tensor>... In>
Tensor apply(Op op, const In&... inputs) {
  return in_name_of(Op::name, [&] { return run_and_record(std::move(op), inputs...); });
}

template <class Op>
Ptr<Node> record_list(Op&& op, const Tensor& out, const std::vector<Tensor>& inputs) {
  return record_as<std::vector<Ptr<Node>>, std::vector<SavedTensor>>(std::move(op), out,
                                                                     pointers_to(inputs));
}

template <class Op>
Tensor run_and_record_list(Op&& op, const std::vector<Tensor>& inputs) {
  if (is_watched()) [[unlikely]]
    return untyped(&watched, op, inputs);
  bool records = false;
  if (recording()) {
    for (const Tensor& x : inputs) {
      check_history(op.name, x);
      records = records || tracked(x);
    }
  }
  Tensor out = unrecorded([&] { return computed(op, inputs); });
  if (records) out.impl()->node = record_list(std::move(op), out, inputs);
  return out;
}

template <class Op, std::same_as<Tensor>... In>
void record_several(Op op, const std::vector<Tensor>& outs, const In&... inputs);

template <class Op, class... In>
void record_outputs(const Op& op, Outputs outs, const In&... inputs) {
  if constexpr (IsViews<Op> || ComputesSeveral<Op, In...>) {
    record_several(op, {outs.begin(), outs.end()}, inputs...);
  } else if constexpr ((std::same_as<In, Tensor> && ...)) {
    outs[0].impl()->node = record(Op(op), outs[0], inputs...);
  } else {
    outs[0].impl()->node = record_list(Op(op), outs[0], inputs...);
  }
}

/// apply() for an operation on a list.
template <class Op>
Tensor apply_list(Op op, const std::vector<Tensor>& inputs) {
  return in_name_of(std::string_view(op.name),
                    [&] { return run_and_record_list(std::move(op), inputs); });
}

}  // namespace tapegrad
