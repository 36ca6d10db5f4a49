// The reverse pass: a max-heap on creation numbers. Nothing of it is in the records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "autograd/arrivals.hpp"
#include "autograd/several.hpp"
#include "core/node.hpp"

namespace tapegrad {

/// Throws AutogradError where an earlier pass has freed what is below the node.
void check_not_freed(const Node& node, bool not_freed);

/// One reverse pass. Any number of them may run at a time, also on the same records: in several
/// threads, or one within a hook of another. Only one of them can free a record.
class ReversePass {
 public:
  enum class Graph { free, keep };

  explicit ReversePass(Graph graph);
  ReversePass(const ReversePass&) = delete;
  ReversePass& operator=(const ReversePass&) = delete;
  ~ReversePass();

  /// Limits the pass to paths from `roots` to `inputs`, whose gradients are collected.
  void limit_to(const std::vector<Ptr<Node>>& roots, const std::vector<Ptr<Node>>& inputs);
  /// Adds a gradient at a root.
  void start(Ptr<Node> root, Tensor g);
  /// Without limit_to, adds the gradients to the leaves, all or, after an error, none.
  void run();
  /// The collected gradient of input i; undefined when nothing reached it.
  Tensor collected(std::size_t i) const { return collected_[i]; }

 private:
  /// The gradients of all results of one operation; undefined where none has arrived.
  struct Together {
    const Node* joint;
    std::vector<Tensor> gradients;
  };
  /// What a thread reuses from pass to pass, so that the steady state allocates nothing.
  struct Scratch {
    Arrivals arrivals;
    /// The nodes that `arrivals` has gradients for.
    std::vector<Node*> heap;
    std::vector<Arrival> leaves;
    /// What has arrived at the results of operations with several of them. They are younger than
    /// the operation, and nearly always next to it: there is hardly ever more than one entry.
    std::vector<Together> together;
    /// Records with something to do at the end: a gradient to keep, or a hook to call.
    std::vector<Arrival> attended;
  };
  /// Takes it from the thread, or makes one; gives it back, unless the thread has ended.
  static std::unique_ptr<Scratch> take_scratch();
  static void give_back(std::unique_ptr<Scratch> scratch);
  struct Spare;

  void find_ways(const std::vector<Ptr<Node>>& roots, std::uint64_t oldest);
  /// `node` is an owner to move from, or one to share with.
  template <class Owner>
  void deliver(Owner&& node, Tensor&& g);
  bool comes_next(const Node& node) const;
  void add(Arrival& place, Tensor&& g);
  Arrival pop();
  /// Whether each gradient is looked at for NaN, or else becomes a step of a program.
  enum class Look { away, closely };
  template <Look look>
  void run_all();
  template <Look look>
  void arrive(Arrival& arrival);
  template <Look look>
  Grads gradients_of(Node& node, const Tensor& g);
  template <Look look>
  void process(Node& node, const Tensor& g);
  template <Look look>
  void process_and_free(Node& node, const Tensor& g);
  void attend(Arrival& arrival);
  void end_attended();
  void process_result(Result& result, Tensor&& g);
  void hand_on(Result& result, Tensor&& g);
  std::vector<Tensor> taken_together(const Node& joint);

  Graph graph_;
  bool limited_ = false;
  std::unique_ptr<Scratch> scratch_;
  /// The youngest of all that wait, at hand: in a chain the only one. Not in limited passes.
  Arrival next_;
  std::vector<const Node*> inputs_;
  std::vector<Tensor> collected_;
};

}  // namespace tapegrad
