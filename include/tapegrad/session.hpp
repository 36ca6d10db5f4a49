// Define, then run: a graph of operations on placeholders and variables, and sessions that run
// parts of it. What is built here is captured when it is run for the first time: see program.hpp.
//
//   tg::Graph graph;
//   const tg::Tensor x = graph.placeholder("x", tg::float32, {tg::unknown, 1});
//   const tg::Tensor y = graph.placeholder("y", tg::float32, {tg::unknown, 1});
//   const tg::Tensor w = graph.variable("w", tg::randn({1, 1}));
//   const tg::Tensor loss = tg::square(tg::matmul(x, w) - y).mean().named("loss");
//   const tg::GraphOperation train = tg::optim::SGD({w}, {.lr = 0.1}).minimize(loss);
//   tg::Session session(graph);
//   session.run(graph.initializer());
//   const auto [l, none] = session.run({loss, train}, {{x, xs}, {y, ys}});
//
// docs/sessions.md has the rules.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tapegrad/graph.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// A size of a placeholder that is known when it is fed: graph.placeholder("x", float32, {unknown,
/// 10}). Where it is printed, it is "?".
inline constexpr std::int64_t unknown = -1;

class Graph;
class GraphOperation;
class Session;

namespace detail {
struct GraphImpl;
struct SessionImpl;
/// The graph keeps what the operation needs. Gives the operation.
GraphOperation keep_with(const GraphOperation& operation, std::shared_ptr<const void> kept);
}  // namespace detail

/// An operation of a graph that is run for what it changes, and gives no tensor.
class GraphOperation {
 public:
  GraphOperation() = default;
  bool defined() const { return graph_ != nullptr; }
  /// "train/minimize". Throws Error for an undefined one.
  std::string name() const;

 private:
  friend struct detail::GraphImpl;
  friend struct detail::SessionImpl;
  friend GraphOperation detail::keep_with(const GraphOperation&, std::shared_ptr<const void>);
  std::shared_ptr<detail::GraphImpl> graph_;
  std::size_t node_ = 0;
};

struct VariableOptions {
  /// Whether it has gradients: minimize() trains it, and an optimizer may hold it.
  bool trainable = true;
};

/// Operations on symbolic tensors: these have an element type, a shape in which sizes may be
/// unknown, and a name, and no values. While a graph lives, every function of the library that
/// this thread calls with one of its tensors becomes an operation of it, at the line that calls it;
/// there its shapes and types are checked. Results of functions of other tensors only are computed
/// at once, and are constants to the graph; but a module of the library that has
/// parameters, called with a tensor of the graph, computes all in it. Graphs live side by side; an
/// operation on tensors of two of them throws Error with the names of both.
///   What is decided in C++ is decided when the graph is built. Unknown sizes of one dimension are
/// one size, not 0, in a run. In C++ they are large numbers that mean nothing; operations that are
/// told such a number, as x.view({x.size(0), 4}), take the real one in a run, also where it is a
/// multiple, a product or a sum with what is joined. As another operand it is refused with Error,
/// and so are one divided by it, its root and the like: use mean(). What C++ computes of it in
/// further ways, 0.001 * x.size(0) say, is not noticed.
///   One thread builds a graph.
class Graph {
 public:
  explicit Graph(std::string_view name = "graph");
  Graph(Graph&& other) noexcept;
  Graph& operator=(Graph&& other) noexcept;
  ~Graph();

  /// What errors call it. This and all others throw Error for a graph that was moved from.
  const std::string& name() const;

  /// What is fed: unknown sizes are -1. Throws ShapeError for other negative sizes.
  Tensor placeholder(std::string_view name, DType dtype, const Shape& shape);
  /// A tensor that stays as it is, under a name: its values are copied.
  Tensor constant(const Tensor& value, std::string_view name = "Const");
  Tensor constant(Scalar value, std::string_view name = "Const");
  /// A leaf whose values live from initializer() on, and are kept between runs, for all sessions of
  /// the graph. Optimizers take it as any other leaf.
  Tensor variable(std::string_view name, const Tensor& initial,
                  const VariableOptions& options = {});
  /// Gives all variables that there are by then their initial values.
  GraphOperation initializer();
  /// Copies `value`, of the graph or not, into a variable. Throws ShapeError, DTypeError.
  GraphOperation assign(const Tensor& variable, const Tensor& value);
  /// The derivatives of the sum of y with respect to variables, or other leaves that require grad;
  /// zeros for those that y doesn't depend on.
  std::vector<Tensor> gradients(const Tensor& y, const std::vector<Tensor>& variables);

  /// The values of all variables by name, for io::Saver: their memory, under tensors that belong to
  /// no graph. What has no values yet gives its initial ones.
  StateDict state_dict() const;
  /// Copies, also into variables that have no values yet. Throws Error, ShapeError or DTypeError,
  /// before anything is changed, unless the state has the graph's variables and no others.
  void load_state_dict(const StateDict& state);
  /// Of all trainable variables, in the order in which they were made.
  std::vector<Tensor> trainable_variables() const;
  /// The tensor with a name, "loss" or "loss:0". Throws Error for a name that isn't there.
  Tensor tensor(std::string_view name) const;
  /// All of it as a list, oldest first: for tape_dot() and Writer::add_graph(). Unknown sizes are
  /// -1 there.
  std::vector<TapeRecord> operations() const;
  /// A line for each operation: "loss = mean(square) : float32 []".
  std::string text() const;

  /// What collect() has put there, in that order.
  std::vector<NamedTensor> collection(std::string_view name) const;

 private:
  friend class Session;
  std::shared_ptr<detail::GraphImpl> impl_;
};

/// Keeps a tensor of a graph there, with others that belong together, like all summaries, for who
/// asks the graph for its collection(). Throws Error for a tensor of no graph.
void collect(std::string_view collection, std::string_view name, const Tensor& x);

/// The graph of this thread that is there without being made.
Graph& default_graph();

/// What a session is asked for: a tensor, the name of one, or an operation.
struct Fetch {
  Fetch(const Tensor& x) : tensor(x) {}
  Fetch(const GraphOperation& done) : operation(done) {}
  Fetch(std::string_view called) : name(called) {}
  Fetch(const char* called) : name(called) {}
  Fetch(const std::string& called) : name(called) {}

  Tensor tensor = {};
  GraphOperation operation = {};
  std::string name = {};
};

/// A tensor of the graph, or its name, and what stands in its place in a run: for placeholders, but
/// any tensor of the graph can be fed.
struct Fed {
  Fed(const Tensor& x, const Tensor& its) : tensor(x), value(its) {}
  Fed(std::string_view called, const Tensor& its) : name(called), value(its) {}
  Fed(const char* called, const Tensor& its) : name(called), value(its) {}

  Tensor tensor = {};
  std::string name = {};
  Tensor value;
};
using Feeds = std::vector<Fed>;

/// What is made of fetched tensors, like merged summaries.
template <class F>
concept Fetchable = requires(const F& f, std::vector<Tensor> values) {
  { f.fetches() } -> std::convertible_to<std::vector<Fetch>>;
  f.of(std::move(values));
};

/// Runs parts of a graph: what the fetches need of it, captured as a program for the first run with
/// such feeds, and for each new shape of them. What is asked for is computed in the order in which
/// the graph was built. Results are outside the tape and stay as they are.
///   A run throws Error for a fetch or feed that isn't of this graph (with the names of both), a
/// name that isn't there, a placeholder that is needed and not fed, and a variable that isn't
/// initialized; ShapeError and DTypeError for what doesn't fit what it is fed to.
class Session {
 public:
  /// Of default_graph().
  Session();
  /// Holds the graph. Until it ends, eval() of the graph's tensors in this thread uses the session
  /// that was made last.
  explicit Session(const Graph& graph);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  /// One result; undefined for an operation.
  template <class F>
  requires std::convertible_to<const F&, Fetch> Tensor run(const F& fetch, const Feeds& feeds = {})
  const { return run_all({fetch}, feeds)[0]; }
  /// A result for each: const auto [l, none] = session.run({loss, train}, {{x, xs}, {y, ys}}).
  template <std::size_t n>
  std::array<Tensor, n> run(const Fetch (&fetches)[n], const Feeds& feeds = {}) const {
    std::vector<Tensor> all = run_all({fetches, fetches + n}, feeds);
    std::array<Tensor, n> results;
    std::move(all.begin(), all.end(), results.begin());
    return results;
  }
  template <Fetchable F>
  auto run(const F& several, const Feeds& feeds = {}) const {
    return several.of(run_all(several.fetches(), feeds));
  }
  std::vector<Tensor> run_all(const std::vector<Fetch>& fetches, const Feeds& feeds = {}) const;

  /// What run() runs for these fetches, fed with tensors in this order: for a loop that asks for
  /// the same each time. Gives the results that aren't operations.
  Program program(const std::vector<Fetch>& fetches, const std::vector<Fetch>& placeholders) const;

  /// Where it runs: "/job:localhost/replica:0/task:0/device:CPU:0".
  std::vector<std::string> devices() const;

 private:
  std::shared_ptr<detail::SessionImpl> impl_;
};

namespace detail {

/// For functions that act on a symbolic tensor in each run, like minimize(): the operation `name`,
/// which calls f with the value of x. Throws Error where x isn't symbolic.
GraphOperation act_on(std::string_view name, const Tensor& x, std::function<void(const Tensor&)> f);

}  // namespace detail

}  // namespace tapegrad
