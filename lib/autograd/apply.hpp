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

#include "autograd/captured.hpp"
#include "autograd/mode.hpp"
#include "autograd/operation.hpp"
#include "autograd/saved.hpp"
#include "autograd/symbolic.hpp"
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

/// Whether an input holds more digits than `dtype`, its operation's result: a float64 number beside
/// float32 elements, or what a float32 tensor was changed by in place.
template <class Edges>
bool wants_more_digits(DType dtype, const Edges& inputs) {
  if (dtype != float32) return false;
  for (const Ptr<Node>& in : inputs) {
    if (in && in->dtype == float64) return true;
  }
  return false;
}

/// A record of Op. Edges and Values are arrays for a fixed number of inputs, vectors for a list.
template <class Op, class Edges, class Values>
struct NodeOf final : Record {
  NodeOf(Op&& operation, const Tensor& out, Edges&& to, Values&& slots)
      : Record(out.dtype(), out.shape()),
        op(std::move(operation)),
        edges(std::move(to)),
        saved(std::move(slots)) {}
  std::string_view name() const override { return op.name; }
  void attributes(AttributeList& list) const override { list_attributes(op, list); }
  std::span<Ptr<Node>> inputs() override { return edges; }
  Grads vjp(const Tensor& g) override {
    const Saved values(*this, edges, saved);
    // One input has its result's type, and lists are promoted before.
    if constexpr (requires {
                    requires std::tuple_size<Edges>::value >
                    1;
                  }) {
      if (wants_more_digits(g.dtype(), edges)) [[unlikely]]
        return op.vjp(values, g.to(float64));
    }
    return op.vjp(values, g);
  }
  std::span<SavedTensor> saved_values() override { return saved; }
  void release_saved() override {
    for (SavedTensor& s : saved) s.value = Tensor();
  }

  [[no_unique_address]] Op op;
  Edges edges;
  Values saved;  // a slot for each input, then one for the output; none where Op never saves
};

/// Where x stands on the tape, for those who are asked by `operation`: also of a stale view, if
/// that can be taken again.
const Ptr<Node>& node_of(const Tensor& x, std::string_view operation);

inline bool tracked(const Tensor& x) { return x.defined() && x.impl()->node; }

/// Fills edges and saved values of a fresh node. `inputs` are pointers to the operation's inputs.
template <class Op, class NodeType>
void connect(NodeType& node, Inputs inputs, const Tensor& out) {
  Needs needs = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!tracked(*inputs[i])) continue;
    needs |= save_input(i);
    node.edges[i] = inputs[i]->impl()->node;
  }
  if (node.saved.size() == 0) return;
  const Needs saves = Op::saves(needs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (asks_for(saves, i)) node.saved[i].keep(*inputs[i]);
  }
  if (saves & save_output) node.saved[inputs.size()].keep(out);
}

/// Puts `out`, just computed from `inputs`, on the tape: a record with room for its edges and for
/// what it saves.
template <class Op, class Edges, class Values>
[[gnu::always_inline]] inline Ptr<Node> record(Op&& op, const Tensor& out, Inputs inputs,
                                               Edges&& edges, Values&& values) {
  auto* node =
      new NodeOf<Op, Edges, Values>(std::move(op), out, std::move(edges), std::move(values));
  Ptr<Node> owner(node);
  connect<Op>(*node, inputs, out);
  return owner;
}

/// For records of one input, of which a call would be a good part.
template <class Op, std::same_as<Tensor>... In>
[[gnu::always_inline]] inline Ptr<Node> record_here(Op&& op, const Tensor& out,
                                                    const In&... inputs) {
  constexpr std::size_t count = sizeof...(In);
  using Edges = std::array<Ptr<Node>, count>;
  using Values = std::array<SavedTensor, Op::saves(~Needs{0}) == save_nothing ? 0 : count + 1>;
  const std::array<const Tensor*, count> pointers{&inputs...};
  return record(std::move(op), out, Inputs(pointers), Edges{}, Values{});
}

template <class Op, std::same_as<Tensor>... In>
Ptr<Node> record(Op&& op, const Tensor& out, const In&... inputs) {
  return record_here(std::move(op), out, inputs...);
}

/// Adds an operation that has just run to this thread's trace.
void list_operation(const Operation& operation, Inputs inputs, Outputs outputs);

template <class Op, std::same_as<Tensor>... In>
Tensor run_and_record(Op&& op, const In&... inputs);
template <class Op>
Tensor run_and_record_list(Op&& op, const std::vector<Tensor>& inputs);

template <class Op, std::same_as<Tensor>... In>
[[gnu::cold, gnu::noinline]] Tensor apply_traced(const Op& op, const In&... inputs) {
  const std::array<const Tensor*, sizeof...(In)> pointers{&inputs...};
  const OperationOf<Op, In...> operation(op);
  if (is_deferred(operation, pointers)) return deferred(operation, pointers)[0];
  Tensor out = unlisted([&] { return run_and_record(Op(op), inputs...); });
  list_operation(operation, pointers, {&out, 1});
  return out;
}

/// The result as a step of a program.
template <class Op, std::same_as<Tensor>... In>
[[gnu::cold, gnu::noinline]] Tensor captured_result(const Op& op, const In&... inputs) {
  const std::array<const Tensor*, sizeof...(In)> pointers{&inputs...};
  return captured(OperationOf<Op, In...>(op), pointers)[0];
}

template <class Op, std::same_as<Tensor>... In>
[[gnu::cold, gnu::noinline]] Tensor untaped_watched(const Op& op, const In&... inputs) {
  if (is_captured()) return captured_result(op, inputs...);
  const std::array<const Tensor*, sizeof...(In)> pointers{&inputs...};
  const OperationOf<Op, In...> operation(op);
  return is_deferred(operation, pointers) ? deferred(operation, pointers)[0]
                                          : computed(op, inputs...);
}

/// The result of an operation that is on no tape and in no list: a loop of a derivative, numbers
/// that are made from nothing.
template <class Op, std::same_as<Tensor>... In>
Tensor untaped(const Op& op, const In&... inputs) {
  if (is_captured() || is_traced()) [[unlikely]]
    return untaped_watched(op, inputs...);
  return computed(op, inputs...);
}

inline std::vector<const Tensor*> pointers_to(const std::vector<Tensor>& list) {
  std::vector<const Tensor*> pointers;
  for (const Tensor& x : list) pointers.push_back(&x);
  return pointers;
}

template <class Op>
[[gnu::cold, gnu::noinline]] Tensor apply_traced_list(const Op& op,
                                                      const std::vector<Tensor>& inputs) {
  const std::vector<const Tensor*> pointers = pointers_to(inputs);
  const OperationOf<Op, std::vector<Tensor>> operation(op);
  if (is_deferred(operation, pointers)) return deferred(operation, pointers)[0];
  Tensor out = unlisted([&] { return run_and_record_list(Op(op), inputs); });
  list_operation(operation, pointers, {&out, 1});
  return out;
}

/// As captured_result(). What isn't known before it runs may be made of operations that are.
template <class Op>
[[gnu::cold, gnu::noinline]] Tensor captured_list_result(const Op& op,
                                                         const std::vector<Tensor>& inputs) {
  const OperationOf<Op, std::vector<Tensor>> operation(op);
  return operation.computes() ? captured(operation, pointers_to(inputs))[0]
                              : unrecorded([&] { return computed(op, inputs); });
}

template <class Op, std::same_as<Tensor>... In>
Tensor run_and_record(Op&& op, const In&... inputs) {
  if constexpr (!requires { Op::takes_undefined; }) check_defined(Op::name, inputs...);
  if (is_silent()) return computed(op, inputs...);
  if (is_traced()) [[unlikely]]
    return apply_traced(op, inputs...);
  ((inputs.defined() ? check_history(Op::name, inputs) : void()), ...);
  Tensor out = is_captured() ? captured_result(op, inputs...)
                             : unrecorded([&] { return computed(op, inputs...); });
  if constexpr (requires { &Op::vjp; }) {
    if (recording() && (tracked(inputs) || ...)) {
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
  const std::vector<const Tensor*> pointers = pointers_to(inputs);
  const std::size_t count = inputs.size();
  return record(std::move(op), out, Inputs(pointers), std::vector<Ptr<Node>>(count),
                std::vector<SavedTensor>(count + 1));
}

template <class Op>
Tensor run_and_record_list(Op&& op, const std::vector<Tensor>& inputs) {
  if (is_silent()) return computed(op, inputs);
  if (is_traced()) [[unlikely]]
    return apply_traced_list(op, inputs);
  bool records = false;
  for (const Tensor& x : inputs) {
    check_history(op.name, x);
    records = records || tracked(x);
  }
  Tensor out = is_captured() ? captured_list_result(op, inputs)
                             : unrecorded([&] { return computed(op, inputs); });
  if (records && recording()) out.impl()->node = record_list(std::move(op), out, inputs);
  return out;
}

template <class Op, std::same_as<Tensor>... In>
void record_several(Op op, const std::vector<Tensor>& outs, const In&... inputs);

template <class Op, class... In>
void record_outputs(const Op& op, Outputs outs, const In&... inputs) {
  if constexpr (IsViews<Op> || ComputesSeveral<Op, In...>) {
    record_several(op, {outs.begin(), outs.end()}, inputs...);
  } else if constexpr ((std::same_as<In, Tensor> && ...)) {
    outs[0].impl()->node = record(op, outs[0], inputs...);
  } else {
    outs[0].impl()->node = record_list(op, outs[0], inputs...);
  }
}

/// apply() for an operation on a list.
template <class Op>
Tensor apply_list(Op op, const std::vector<Tensor>& inputs) {
  return in_name_of(std::string_view(op.name),
                    [&] { return run_and_record_list(std::move(op), inputs); });
}

}  // namespace tapegrad
