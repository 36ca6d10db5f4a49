// ONNX files: functions of tensors, models above all, for other programs to run, and models of
// others as functions of tensors. docs/onnx.md has the operators.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tapegrad/session.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace onnx {

struct ExportOptions {
  /// Of the feeds and of the results, in their order: "input" and "output" by default, from the
  /// second on "input_1".
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  /// What tensors that the function reads are called in the file: those that share their memory
  /// with one of these. A module's are its state_dict().
  StateDict names = {};
  /// What the graph is called.
  std::string name = "tapegrad";
};

/// Writes what f does with such feeds as a model of ONNX's opset 17. A feed's unknown sizes are -1,
/// as in a Graph: Feed({unknown, 1, 28, 28}) is a batch of any number of images. f is called once,
/// with symbolic tensors; tensors that it reads are stored as they are then.
///   Everything that the library has for inference can be said in ONNX, except what docs/onnx.md
/// lists. Numbers are the same up to roundings; ONNX Runtime has hardly any operator for float64
/// and none for bfloat16: convert the model to float32.
///   The file appears at once or not at all. Throws Error for an operation that ONNX doesn't have,
/// with its name and scope, among them random numbers (a model in training mode: call eval()), and
/// for names that don't fit; IoError when the file can't be written; and what f throws.
void save_function(const std::string& path, const Program::Function& f,
                   const std::vector<Feed>& feeds, const ExportOptions& options = {});

/// The same of a graph: what gives the tensors that are fetched when these are fed, with the
/// variables that it needs under their names, as they are now. What is fed and fetched is called as
/// in the graph unless `options` says something else; `options.names` is for tensors that aren't
/// the graph's, such as parameters of a module. Throws Error also for what isn't of this graph, a
/// placeholder that is needed and not fed, and a variable without values.
void save_graph(const std::string& path, const Graph& graph, const std::vector<Fetch>& fetches,
                const std::vector<Fetch>& feeds, ExportOptions options = {});

namespace detail {

/// A module, whose tensors have names.
template <class M>
concept HasState = requires(const M& model) {
  { model.state_dict() } -> std::convertible_to<StateDict>;
};

}  // namespace detail

/// A function of tensors, as for capture().
template <class F>
requires(!detail::HasState<F>) void save(const std::string& path, F f,
                                         const std::vector<Feed>& feeds,
                                         const ExportOptions& options = {}) {
  save_function(path, tapegrad::detail::function_of(std::move(f)), feeds, options);
}

/// A module's forward() in evaluation mode, whatever mode it is in: that of a copy. Parameters and
/// buffers are called as in its state_dict().
template <detail::HasState M>
void save(const std::string& path, const M& model, const std::vector<Feed>& feeds,
          ExportOptions options = {}) {
  M kept = model;
  kept.eval();
  for (const auto& [name, x] : kept.state_dict()) {
    if (!options.names.contains(name)) options.names.insert(name, x);
  }
  save(
      path, [&](const Tensor& x) { return kept.forward(x); }, feeds, options);
}

/// What a model takes or gives.
struct ValueInfo {
  std::string name;
  DType dtype;
  /// Sizes that the file doesn't say are -1.
  Shape shape;
};

/// A model of a file: its operators are run by this library's operations, eagerly, recorded and in
/// programs alike. Copies share their tensors.
class Model {
 public:
  /// The results, in the order of outputs(), of feeds in the order of inputs(). Throws Error for
  /// another number of feeds; ShapeError and DTypeError for one that isn't as inputs() says, or of
  /// another size than one that the file calls the same; what
  /// an operation throws is passed on, behind the node's name.
  std::vector<Tensor> run(const std::vector<Tensor>& feeds) const;

  /// run() of a model with one result; Error for others.
  template <std::same_as<Tensor>... X>
  Tensor operator()(const X&... feeds) const {
    std::vector<Tensor> results = run({feeds...});
    check_only(results.size());
    return std::move(results[0]);
  }

  const std::vector<ValueInfo>& inputs() const;
  const std::vector<ValueInfo>& outputs() const;
  /// The tensors of the file by name, themselves: training changes the model. Floating-point ones
  /// can be given to an optimizer after requires_grad_().
  StateDict state_dict() const;

 private:
  struct Impl;
  friend Model load(const std::string& path);
  static void check_only(std::size_t results);
  std::shared_ptr<const Impl> impl_;
};

/// Reads a model. Throws IoError, with the path, for a file that can't be read or is no such
/// model; Error for what this library can't run, with the operator and its node: other domains
/// than ONNX's own, opsets below 6 or beyond 28, operators and attributes that docs/onnx.md doesn't
/// list, graphs within nodes, tensors in other files.
Model load(const std::string& path);

}  // namespace onnx
}  // namespace tapegrad
