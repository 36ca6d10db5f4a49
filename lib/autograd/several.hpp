// Operations with several results. The operation has one record, and each result that a derivative
// can go through has one of its own, whose only input is the operation's: so hooks, wanted inputs,
// shapes and names of a result are those of a record. An operation is a struct as in apply.hpp with
//   results(inputs...)       the Meta of each result, and into(outs, inputs...), which computes all
//   layouts(layout)          or, of views of one input, how each of them lies
//   vjp(saved, gs)           the gradients that arrived, undefined where nothing did
// It can save its inputs and, all together (save_output), its results, or those alone for which its
// keeps(i) is true: `saved` is then a SavedResults.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "autograd/apply.hpp"

namespace tapegrad {

/// The record of such an operation.
struct Joint : Record {
  /// `first` is one of the results, for messages.
  Joint(const Tensor& first, std::size_t results)
      : Record(first.dtype(), first.shape(), Kind::joint), count(results) {}
  virtual Grads vjp_of(std::span<const Tensor> gs) = 0;
  /// Never called: the engine collects what arrives at the results.
  Grads vjp(const Tensor&) final { return {}; }

  const std::size_t count;
};

/// One of its results. It keeps the operation's record for names when a pass has freed both.
struct Result final : Record {
  Result(const Tensor& x, Ptr<Node> made_by, std::size_t place)
      : Record(x.dtype(), x.shape(), Kind::result), joint(std::move(made_by)), index(place) {}
  std::string_view name() const override { return joint->name(); }
  void attributes(AttributeList& list) const override {
    static_cast<const Joint&>(*joint).attributes(list);
  }
  std::span<Ptr<Node>> inputs() override { return {&joint, 1}; }
  /// Never called: the engine hands its gradient on.
  Grads vjp(const Tensor&) override { return {}; }

  Ptr<Node> joint;
  const std::size_t index;
};

/// What the vjp sees: result(i) is result i, if the operation saves them. In a recorded pass it has
/// a record of its own beside the first one, which belongs to the tensor that the user got; hooks
/// on that one don't concern it.
class SavedResults : public Saved {
 public:
  using Saved::Saved;
  Tensor result(std::size_t i) const {
    const Tensor x = value(size() + i, {});
    return recording() ? reattach(x, Ptr<Node>(new Result(x, Ptr<Node>::share(&node_), i))) : x;
  }
};

template <class Op, class Edges, class Values>
struct JointOf final : RecordOf<Joint, Edges, Values> {
  JointOf(Op operation, const std::vector<Tensor>& outs, std::size_t inputs)
      : RecordOf<Joint, Edges, Values>(inputs, inputs + outs.size(), outs[0], outs.size()),
        op(std::move(operation)) {}
  std::string_view name() const override { return op.name; }
  void attributes(AttributeList& list) const override { list_attributes(op, list); }
  Grads vjp_of(std::span<const Tensor> gs) override {
    return op.vjp(SavedResults(*this, this->edges, this->saved), gs);
  }

  [[no_unique_address]] Op op;
};

/// Puts the results, just computed from `inputs`, on the tape.
template <class Op, std::same_as<Tensor>... In>
void record_several(Op op, const std::vector<Tensor>& outs, const In&... inputs) {
  constexpr std::size_t count = sizeof...(In);
  constexpr Needs saves = Op::saves(~Needs{0});
  constexpr bool with_results = (saves & save_output) != 0;
  using Edges = std::array<Ptr<Node>, count>;
  using Values = std::conditional_t<with_results, std::vector<SavedTensor>,
                                    std::array<SavedTensor, saves == save_nothing ? 0 : count>>;
  auto* node = new JointOf<Op, Edges, Values>(std::move(op), outs, count);
  const Ptr<Node> owner(node);
  const std::array<const Tensor*, count> pointers{&inputs...};
  node->connect(pointers.data(), count, Tensor(), &Op::saves);
  if constexpr (with_results) {
    for (std::size_t i = 0; i < outs.size(); ++i) {
      if constexpr (requires { Op::keeps(i); }) {
        if (!Op::keeps(i)) continue;
      }
      node->saved[count + i].keep(outs[i]);
    }
  }
  for (std::size_t i = 0; i < outs.size(); ++i) {
    TensorImpl& out = *outs[i].impl();
    if (is_floating(out.dtype)) out.node = Ptr<Node>(new Result(outs[i], owner, i));
  }
}

template <class Op, std::same_as<Tensor>... In>
std::vector<Tensor> run_and_record_several(Op op, const In&... inputs) {
  if constexpr (!requires { Op::takes_undefined; }) check_defined(op.name, inputs...);
  if (is_watched()) [[unlikely]]
    return untyped_several(&watched, op, inputs...);
  const bool records = recording();
  if (records) ((inputs.defined() ? check_history(op.name, inputs) : void()), ...);
  std::vector<Tensor> outs = unrecorded([&] { return computed_several(op, inputs...); });
  if (records && !outs.empty() && (tracked(inputs) || ...)) {
    record_several(std::move(op), outs, inputs...);
  }
  return outs;
}

/// untaped() for an operation with several results.
template <class Op, std::same_as<Tensor>... In>
std::vector<Tensor> untaped_several(const Op& op, const In&... inputs) {
  if (is_captured()) [[unlikely]]
    return untyped_several(&captured, op, inputs...);
  return computed_several(op, inputs...);
}

/// apply() for an operation with several results.
template <class Op, std::same_as<Tensor>... In>
std::vector<Tensor> apply_several(Op op, const In&... inputs) {
  const std::string_view name = op.name;
  return in_name_of(name, [&] { return run_and_record_several(std::move(op), inputs...); });
}

}  // namespace tapegrad
