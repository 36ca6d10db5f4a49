// The program that this thread captures: which steps it has, and what of the world it touches.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "autograd/operation.hpp"
#include "core/node.hpp"
#include "core/scope.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad {

/// What a run gives to a leaf.
struct Gift {
  Gift(Ptr<Node> to, Tensor what, bool in_place_of_all)
      : leaf(std::move(to)), tensor(std::move(what)), replaces(in_place_of_all) {}
  void hand_over();
  /// It was given to the leaf, which got nothing else since.
  bool is_in_leaf() const {
    // Without the lock, which nobody needs who gives to a leaf while no other thread does.
    const auto& node = static_cast<const LeafNode&>(*leaf);
    return given_ == tensor.impl() && node.exchanges.load(std::memory_order_acquire) == exchanges_;
  }

  Ptr<Node> leaf;
  Tensor tensor;
  /// Nothing from before the run is in the leaf by then.
  const bool replaces;

 private:
  /// What was handed over last, and the leaf's count of exchanges by then.
  const TensorImpl* given_ = nullptr;
  std::uint32_t exchanges_ = 0;
};

/// An operation, or a call of what isn't one. Tensors are without nodes.
struct Step {
  std::string name;
  const Scope* scope = current_scope;
  /// Null for a call.
  std::unique_ptr<const Operation> operation = {};
  std::function<void()> call = {};
  std::vector<Tensor> inputs = {};
  std::vector<Tensor> outputs = {};
  /// To the inputs.
  std::vector<const Tensor*> pointers = {};
  /// Leaves whose gradients the call drops; null for parameters that are frozen now.
  std::vector<Ptr<Node>> clears = {};
  /// What the call gives to a leaf, if that is what it does.
  std::shared_ptr<Gift> gift = {};
};

/// A tensor that was there before the capture. A run reads its memory as it is by then, so both
/// must still belong together, and what asks for its gradient must be what it was.
struct Outsider {
  Tensor tensor;
  const Storage* storage;
  const Node* node;
  std::size_t hooks;
  /// A module holds it, and must do so in a run.
  bool is_owned = false;
};

/// Who knows which tensors belong to modules; null before there is a module. Modules are above
/// this.
struct Owners {
  bool (*owns)(const Tensor& x);
  /// Stands still while they do.
  const std::atomic<std::uint64_t>* changes;
};
extern constinit std::atomic<const Owners*> owners;

/// What a run needs besides the values of tensors.
struct Requirement {
  std::function<bool()> holds;
  std::string message;
};

/// What becomes of the gradient of a leaf that was there before.
struct LeafState {
  Ptr<Node> leaf;
  /// The function has dropped what was there before.
  bool cleared = false;
  /// What it is then, if it was dropped before.
  Tensor now = {};
};

/// All that a function did.
struct Captured {
  std::vector<Tensor> feeds;
  std::vector<Step> steps;
  std::vector<Tensor> results;
  std::vector<Outsider> outsiders;
  std::vector<Requirement> requirements;
  std::vector<LeafState> leaves;
  /// Storages from before the capture that steps write to.
  std::vector<Ptr<Storage>> changed;
  std::uint32_t number;
  /// It has a reverse pass, which there is where operations are recorded.
  bool differentiates = false;
  bool recorded = true;
};

/// Runs f on tensors like `feeds` without values.
Captured capture_steps(const Program::Function& f, const std::vector<Meta>& feeds);

/// The function is a graph's, which holds its tensors itself, whatever becomes of their modules.
void captured_graph();
/// There was a reverse pass.
void captured_pass();
/// x, from before or not, is looked at through another tensor.
void captured_look(const Tensor& x);
/// How many hooks the gradient of a leaf meets.
std::size_t hooks_on(const Node* leaf);

/// A reverse pass has brought `g` to a leaf.
void captured_gradient(const Ptr<Node>& leaf, Tensor g);
/// The gradient of a leaf for who reads it in the function.
Tensor captured_grad(const Ptr<Node>& leaf);
void captured_set_grad(const Ptr<Node>& leaf, const Tensor& g);

}  // namespace tapegrad
