// Lists of operations: the tape, and traces of all that a function runs; as text and as pictures.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// What an operation was told besides its inputs: "dim" and "1".
struct Attribute {
  std::string name;
  std::string value;

  friend bool operator==(const Attribute&, const Attribute&) = default;
};

/// One record of the tape, or of a trace.
struct TapeRecord {
  /// Unique in its list: the scope, then what named() gave or the operation, numbered from its
  /// second use on: "loss/sub", "loss/sub_1". A leaf stands in the scope of its first use.
  std::string name;
  /// "sub"; "leaf" for a tensor that requires grad by itself, "constant" for one that was there
  /// when a trace began and doesn't.
  std::string operation;
  DType dtype = float32;
  Shape shape;
  /// For each input its place in the list; nothing for an input that isn't tracked. In a trace
  /// every input has its place.
  std::vector<std::optional<std::size_t>> inputs = {};
  /// Its inputs are not known any more: a backward() freed the graph.
  bool freed = false;
  std::vector<Attribute> attributes = {};
  /// Which of several results of its operation it is. Each is a record: "split:0", "split:1".
  std::optional<std::size_t> result = {};

  /// A leaf or a constant.
  bool is_source() const { return operation == "leaf" || operation == "constant"; }
};

/// The recorded operations that `root` was computed from, oldest first; `root` itself is the last.
/// Empty if it isn't tracked. A backward() that freed the graph leaves only the root.
std::vector<TapeRecord> tape(const Tensor& root);

/// Runs `f` and lists every operation of this thread in it, with all inputs, whether tracked or
/// not, under NoGrad as well. Inputs that no listed operation made come before their first use.
///   backward(), and grad() without create_graph, are one record for each gradient that they
///     made: "gradient" in the scope "gradients", its inputs the root and the leaf;
///   Optimizer::step() is one for each parameter that it changed: "sgd" in the scope "sgd", its
///     inputs the parameter and the gradient.
/// These are named after what they are about: "train/gradients/model/linear/weight". All tensors
/// live until the trace ends. What a trace within the trace lists is not in the outer one.
/// What `f` throws is passed on. Throws Error for an empty function.
std::vector<TapeRecord> trace(const std::function<void()>& f);

/// Whether this thread is within a trace().
bool tracing();

/// For optimizers: lists that `operation` changed x by `gradient`, which may be undefined. Nothing
/// outside a trace(). Throws Error for an undefined x or an empty name, there as well.
void trace_update(std::string_view operation, const Tensor& x, const Tensor& gradient);

/// A line for each record, "name = operation(inputs, attributes) : dtype shape":
///   softmax = softmax(x, dim=1) : float32 [2, 3]
/// What isn't on the tape is
/// called "constant", what was freed "freed". Throws IndexError for an input that isn't in the
/// list.
std::string tape_text(const std::vector<TapeRecord>& records);
std::string tape_text(const Tensor& root);

/// A Graphviz digraph with edges from inputs to results. Scopes are clusters; attributes stand in
/// the nodes.
std::string tape_dot(const std::vector<TapeRecord>& records);
std::string tape_dot(const Tensor& root);

}  // namespace tapegrad
