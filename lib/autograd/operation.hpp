// The contract of an operation: what it says of its result before there is one, and how it fills
// it. A struct has
//   result(inputs...)        element type and shape; checks what only it can, takes no memory
//   into(out, inputs...)     computes all elements of `out`, which is as result() said, lies row by
//                            row and shares no memory with an input
// or, if nothing is to be computed because the result is another view of its input's memory,
//   layout(layout)           how that lies, from how the input lies
// An operation with several results says results(), into(outs, inputs...) or layouts(layout), which
// give or fill a list: several.hpp.
// `any_layout` marks an operation whose into() writes wherever `out` lies, without overlaps. One of
// each element may then write over an input that lies exactly like it. `any_dtype` marks one whose
// into() knows elements that are only stored; all others see what those are computed in, and the
// derivative always does. What a user's function gives is known only when it has run: custom
// operations have forward(inputs...) instead of both. `each_element` marks one that computes each
// element of its result from those at the same place of its inputs, which may be broadcast: a
// program runs it on a piece of them; dense_loop(dtype) is the loop that such an operation is where
// nothing has to be found out first. `has_effect` marks one that draws or refuses, `traversal` a
// product with a matrix that may be large.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "autograd/attributes.hpp"
#include "autograd/narrow.hpp"
#include "autograd/saved.hpp"
#include "core/dense_loop.hpp"
#include "core/tensor_impl.hpp"

namespace tapegrad {

/// What is known of a tensor without its elements.
struct Meta {
  DType dtype;
  Shape shape;
};

/// The same with the shape of an input, which is not copied; result() may give either.
struct Like {
  DType dtype;
  const Shape& shape;
  operator Meta() const { return {dtype, shape}; }
};

inline Like like(const Tensor& x) { return {impl_of(x).dtype, impl_of(x).layout.shape()}; }

/// How a product goes over a matrix that may be large. Two ways can be one (program/reading.cpp).
enum class Traversal : std::uint8_t {
  other,
  rows,     ///< of input 0, which meet input 1, weights in one row; onto input 2, if there is one
  columns,  ///< of input 1, each row of which counts as much as input 0, a column, says
  product   ///< of input 0, as it lies: rows that meet input 1, or columns of a matrix that is
            ///< turned
};

template <class Op>
concept IsView = requires(const Op& op, const Layout& x) {
  { op.layout(x) } -> std::same_as<Layout>;
};

template <class Op, class... In>
concept Computes = requires(const Op& op, const Tensor& out, const In&... inputs) {
  { op.result(inputs...) } -> std::convertible_to<Meta>;
  op.into(out, inputs...);
};

using Outputs = std::span<const Tensor>;

template <class Op>
concept IsViews = requires(const Op& op, const Layout& x) {
  { op.layouts(x) } -> std::same_as<std::vector<Layout>>;
};

template <class Op, class... In>
concept ComputesSeveral = requires(const Op& op, Outputs outs, const In&... inputs) {
  { op.results(inputs...) } -> std::same_as<std::vector<Meta>>;
  op.into(outs, inputs...);
};

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

using Inputs = std::span<const Tensor* const>;
class Operation;

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

template <class Op>
void list_attributes(const Op& op, AttributeList& list) {
  if constexpr (requires { op.attributes(list); }) op.attributes(list);
}

/// A node that isn't a leaf: it knows its operation.
struct Record : Node {
  using Node::Node;
  virtual void attributes(AttributeList& list) const = 0;
  /// What is kept for the derivative: a slot for each input, then one for the output, or none.
  virtual std::span<SavedTensor> saved_values() { return {}; }
};

/// Gives another size in the place of each that an operation was told.
using NewSize = std::function<std::int64_t(std::int64_t)>;

/// An operation that was told sizes, of a result or of a part, names those in each_size(f), which
/// calls f with each of them, to be changed; a graph that is built before its sizes are known
/// replaces them when it runs.
template <class Op>
concept ToldSizes = requires(Op& op, void (*f)(std::int64_t&)) {
  op.each_size(f);
};

/// Puts what `op` gave on the tape (apply.hpp and several.hpp).
template <class Op, class... In>
void record_outputs(const Op& op, Outputs outs, const In&... inputs);

/// Copies what was computed in wider types to where it is wanted.
void store_results(const std::vector<Tensor>& results, Outputs outs);

/// An operation whose type isn't known: for those who list what runs, or run it again.
class Operation {
 public:
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;
  /// For who keeps it longer than the call.
  virtual std::unique_ptr<const Operation> copy() const = 0;
  virtual std::string_view name() const = 0;
  virtual void attributes(AttributeList& list) const = 0;
  virtual std::vector<Meta> results(Inputs inputs) const = 0;
  virtual void into(Outputs outs, Inputs inputs) const = 0;
  /// How views lie; nothing for other operations.
  virtual std::vector<Layout> layouts(const Layout& input) const = 0;
  /// What a user's function gives; throws Error for other operations.
  virtual Tensor forward(Inputs inputs) const = 0;
  /// Puts on the tape what was computed otherwise. Nothing for what has no derivative.
  virtual void record(Inputs inputs, Outputs outs) const = 0;
  /// The same with other sizes; null if it was told none.
  virtual std::unique_ptr<const Operation> resized(const NewSize&) const { return nullptr; }

  /// What into() is where all operands have the type `dtype` and lie without gaps, each with as
  /// many elements as the result or one; no loop where it is more. Lives as long as this.
  virtual DenseLoop dense_loop(DType) const { return {}; }

  /// Says what its results are, and fills them; else they are views, or a user's function.
  bool computes() const { return traits_.computes; }
  /// Is known only when it has run: forward().
  bool is_function() const { return traits_.is_function; }
  /// Whether what into() fills may lie in any way.
  bool any_layout() const { return traits_.any_layout; }
  /// Whether it may be run on a piece of its inputs.
  bool each_element() const { return traits_.each_element; }
  /// Whether running it does more than filling its results: it draws random numbers, or refuses
  /// some inputs.
  bool has_effect() const { return traits_.has_effect; }
  Traversal traversal() const { return traits_.traversal; }
  /// What it was told, as bytes: two operations of one class with the same ones do the same. Null
  /// where nobody can say.
  std::span<const std::byte> told() const { return told_; }

 protected:
  struct Traits {
    bool computes = false;
    bool is_function = false;
    bool any_layout = false;
    bool each_element = false;
    bool has_effect = false;
    Traversal traversal = Traversal::other;
  };
  explicit Operation(Traits traits) : traits_(traits) {}

  std::span<const std::byte> told_;

 private:
  Traits traits_;
};

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
    return its;
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

inline std::vector<const Tensor*> pointers_to(std::span<const Tensor> list) {
  std::vector<const Tensor*> pointers;
  for (const Tensor& x : list) pointers.push_back(&x);
  return pointers;
}

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
