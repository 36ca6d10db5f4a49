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
// nothing has to be found out first, and ready(out, inputs...) what an operation with one result is
// once it is known how these lie. `has_effect` marks one that draws or refuses, `traversal` a
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
#include "core/ready.hpp"
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

using Inputs = std::span<const Tensor* const>;
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

  /// What into() is for operands that lie as these do, which need no values yet; nothing where an
  /// operation doesn't say. Lives as long as this.
  Ready ready(Outputs outs, Inputs inputs) const {
    return traits_.ready ? traits_.ready(*this, outs, inputs) : Ready();
  }

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
    Ready (*ready)(const Operation& self, Outputs outs, Inputs inputs) = nullptr;
  };
  explicit Operation(Traits traits) : traits_(traits) {}

  std::span<const std::byte> told_;

 private:
  Traits traits_;
};

inline std::vector<const Tensor*> pointers_to(std::span<const Tensor> list) {
  std::vector<const Tensor*> pointers;
  for (const Tensor& x : list) pointers.push_back(&x);
  return pointers;
}

}  // namespace tapegrad
