// The results of an operation, outside the tape: of one whose type is known, and the same as an
// Operation.
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

#include "autograd/narrow.hpp"
#include "autograd/operation.hpp"

namespace tapegrad {

/// Flattened, because a call is a good part of what a view costs.
template <IsView Op>
[[gnu::flatten]] Tensor view_of(const Op& op, const Tensor& x) {
  return make_view(x, op.layout(x.impl()->layout));
}

/// Whether into() is to compute with the wider types of elements that are only stored.
template <class Op, class... In>
bool is_computed_wide(const In&... inputs) {
  if constexpr (requires { Op::any_dtype; } || sizeof...(In) == 0) {
    return false;
  } else {
    const auto types = []<class T>(const T& x) {
      if constexpr (std::same_as<T, Tensor> && !requires { Op::takes_undefined; }) {
        return bit_of(impl_of(x).dtype);
      } else {
        return types_of(x);
      }
    };
    return ((types(inputs) | ...) & narrow_types) != 0;
  }
}

/// The results of an operation that computes, by way of the wider types (watched.cpp).
std::vector<Tensor> computed_wide(const Operation& operation, Inputs inputs);

/// run() of `op` with `inputs`, so many tensors or a list of them: the long way, which is one for
/// all operations.
using Run = std::vector<Tensor> (*)(const Operation& operation, Inputs inputs);
template <class Op, class... In>
std::vector<Tensor> untyped_several(Run run, const Op& op, const In&... inputs);
/// The same of an operation that has one result.
template <class Op, class... In>
Tensor untyped(Run run, const Op& op, const In&... inputs) {
  return untyped_several(run, op, inputs...)[0];
}

/// op.into(): compiled once, for who knows the type and for who doesn't.
template <class Op, class Out, class... In>
[[gnu::noinline]] void fill_by(const Op& op, const Out& out, const In&... inputs) {
  op.into(out, inputs...);
}

/// The result, without recording. `inputs` are tensors, or one list of them.
template <class Op, class... In>
Tensor computed(const Op& op, const In&... inputs) {
  if constexpr (IsView<Op>) {
    return view_of(op, inputs...);
  } else if constexpr (Computes<Op, In...>) {
    if (is_computed_wide<Op>(inputs...)) [[unlikely]]
      return untyped(&computed_wide, op, inputs...);
    const auto meta = op.result(inputs...);
    Tensor out = make_tensor(meta.dtype, meta.shape);
    fill_by(op, out, inputs...);
    return out;
  } else {
    return op.forward(inputs...);
  }
}

/// The results of an operation that has several, without recording.
template <class Op, class... In>
std::vector<Tensor> computed_several(const Op& op, const In&... inputs) {
  std::vector<Tensor> outs;
  if constexpr (IsViews<Op>) {
    const auto view = [&](const Tensor& x) {
      for (const Layout& layout : op.layouts(x.impl()->layout))
        outs.push_back(make_view(x, layout));
    };
    view(inputs...);
  } else {
    if (is_computed_wide<Op>(inputs...)) return untyped_several(&computed_wide, op, inputs...);
    for (const Meta& meta : op.results(inputs...)) {
      outs.push_back(make_tensor(meta.dtype, meta.shape));
    }
    fill_by(op, Outputs(outs), inputs...);
  }
  return outs;
}

/// Puts what `op` gave on the tape (apply.hpp and several.hpp).
template <class Op, class... In>
void record_outputs(const Op& op, Outputs outs, const In&... inputs);

/// Copies what was computed in wider types to where it is wanted.
void store_results(const std::vector<Tensor>& results, Outputs outs);

/// `op` with the inputs In: so many tensors, or a list of them.
template <class Op, class... In>
class OperationOf final : public Operation {
 public:
  explicit OperationOf(const Op& op) : Operation(traits()), op_(op) { told_ = told_to(op_); }
  [[gnu::cold]] std::unique_ptr<const Operation> copy() const override {
    return std::make_unique<OperationOf>(op_);
  }
  std::string_view name() const override { return op_.name; }
  void attributes(AttributeList& list) const override { list_attributes(op_, list); }
  [[gnu::cold]] std::vector<Meta> results(Inputs inputs) const override {
    if constexpr (ComputesSeveral<Op, In...>) {
      return with(inputs, [&](const auto&... x) { return op_.results(x...); });
    } else if constexpr (Computes<Op, In...>) {
      return {with(inputs, [&](const auto&... x) -> Meta { return op_.result(x...); })};
    }
    fail<Error>("{}: has no results() of its own", name());
  }
  void into(Outputs outs, Inputs inputs) const override {
    if constexpr (ComputesSeveral<Op, In...>) {
      return with(inputs, [&](const auto&... x) {
        if (is_computed_wide<Op>(x...)) return store_results(computed_wide(*this, inputs), outs);
        fill_by(op_, outs, x...);
      });
    } else if constexpr (Computes<Op, In...>) {
      return with(inputs, [&](const auto&... x) {
        if (is_computed_wide<Op>(x...)) return store_results(computed_wide(*this, inputs), outs);
        fill_by(op_, outs[0], x...);
      });
    }
    fail<Error>("{}: has no into() of its own", name());
  }
  std::vector<Layout> layouts(const Layout& input) const override {
    if constexpr (IsViews<Op>) return op_.layouts(input);
    if constexpr (IsView<Op>) return {op_.layout(input)};
    return {};
  }
  Tensor forward(Inputs inputs) const override {
    if constexpr (requires { &Op::forward; }) {
      return with(inputs, [&](const auto&... x) { return op_.forward(x...); });
    }
    fail<Error>("{}: has no forward() of its own", op_.name);
  }
  [[gnu::cold]] void record(Inputs inputs, Outputs outs) const override {
    if constexpr (requires { &Op::vjp; }) {
      with(inputs, [&](const auto&... x) { record_outputs(op_, outs, x...); });
    }
  }
  [[gnu::cold]] std::unique_ptr<const Operation> resized(const NewSize& new_size) const override {
    if constexpr (ToldSizes<Op>) {
      Op other = op_;
      other.each_size([&](std::int64_t& size) { size = new_size(size); });
      return std::make_unique<OperationOf>(other);
    }
    return nullptr;
  }
  DenseLoop dense_loop(DType dtype) const override {
    if constexpr (requires { op_.dense_loop(dtype); }) {
      if (is_floating(dtype)) return op_.dense_loop(dtype);
    }
    return {};
  }

 private:
  static constexpr Traits traits() {
    Traits its;
    its.computes = Computes<Op, In...> || ComputesSeveral<Op, In...>;
    its.is_function = !its.computes && !IsView<Op> && !IsViews<Op>;
    if constexpr (requires { Op::any_layout; }) its.any_layout = true;
    if constexpr (requires { Op::each_element; }) its.each_element = true;
    if constexpr (requires { Op::has_effect; }) its.has_effect = true;
    if constexpr (requires { Op::traversal; }) its.traversal = Op::traversal;
    if constexpr (requires { &Op::ready; }) its.ready = &ready_of;
    return its;
  }
  [[gnu::cold]] static Ready ready_of(const Operation& self, Outputs outs, Inputs inputs) {
    return with(inputs, [&](const auto&... x) {
      return static_cast<const OperationOf&>(self).op_.ready(outs[0], x...);
    });
  }
  /// An operation whose members aren't bytes says told() itself. Bytes between members are 0 if the
  /// compiler can do that; else what is equal may seem not to be.
  static std::span<const std::byte> told_to(Op& op) {
    if constexpr (requires { op.told(); }) return op.told();
    if constexpr (!std::is_trivially_copyable_v<Op>) return {};
#if defined(__has_builtin) && __has_builtin(__builtin_clear_padding)
    if constexpr (std::is_trivially_copyable_v<Op>) __builtin_clear_padding(&op);
#endif
    return {reinterpret_cast<const std::byte*>(&op), std::is_empty_v<Op> ? 0 : sizeof(Op)};
  }
  template <class F>
  static auto with(Inputs inputs, const F& f) {
    if constexpr ((std::same_as<In, Tensor> && ...)) {
      return [&]<std::size_t... i>(std::index_sequence<i...>) { return f(*inputs[i]...); }
      (std::index_sequence_for<In...>{});
    } else {
      std::vector<Tensor> list;
      for (const Tensor* x : inputs) list.push_back(*x);
      return f(list);
    }
  }

  Op op_;
};

template <class Op, class... In>
[[gnu::cold, gnu::noinline]] std::vector<Tensor> untyped_several(Run run, const Op& op,
                                                                 const In&... inputs) {
  const OperationOf<Op, In...> operation(op);
  if constexpr ((std::same_as<In, Tensor> && ...)) {
    return run(operation, std::array<const Tensor*, sizeof...(In)>{&inputs...});
  } else {
    return run(operation, pointers_to(inputs...));
  }
}

}  // namespace tapegrad
