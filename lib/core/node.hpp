// A record on the tape: where a tensor came from. Knows no operation and no kernel.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/claim.hpp"
#include "core/memory.hpp"
#include "core/ptr.hpp"
#include "core/scope.hpp"
#include "core/spin_lock.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// The gradients that one record sends to its inputs, in their order. An undefined tensor says
/// that nothing flows there.
class Grads {
 public:
  Grads() = default;
  template <class... T>
  requires(sizeof...(T) > 0 && sizeof...(T) <= 3 && (std::same_as<T, Tensor> && ...))
      Grads(T... grads)
      : few_{std::move(grads)...}, count_(sizeof...(T)) {}
  explicit Grads(std::vector<Tensor> grads)
      : many_(std::make_unique<std::vector<Tensor>>(std::move(grads))), count_(many_->size()) {}

  std::size_t size() const { return count_; }
  Tensor& operator[](std::size_t i) { return many_ ? (*many_)[i] : few_[i]; }

 private:
  std::array<Tensor, 3> few_;
  std::unique_ptr<std::vector<Tensor>> many_;
  std::size_t count_ = 0;
};

/// What a record stands for: the end of the tape, an operation, one of several results of an
/// operation, or the operation that has them.
enum class Kind : std::uint8_t { leaf, operation, result, joint };

/// The sum of the gradients that passes of any thread have brought to one place.
struct Collected {
  Tensor grad() const;
  void set_grad(Tensor grad);
  /// Something has been added to what was collected; to be called with the lock.
  void count_received() noexcept {
    received.store(received.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  void count_exchange() noexcept {
    exchanges.store(exchanges.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  /// Counts the passes that brought a gradient, and the gradients that were set: who remembers the
  /// number knows whether one has come since.
  std::atomic<std::uint32_t> received = 0;
  /// Counts what may have put another tensor in the place of the collected one: while it stands
  /// still, that is there.
  std::atomic<std::uint32_t> exchanges = 0;
  /// Guards what follows; the numbers above are read without it.
  mutable SpinLock lock;
  Tensor collected;
};

struct Extras;

/// The number that the next node gets, of whatever thread.
std::uint64_t next_node_number();

struct Node {
  Node(DType type, const Shape& extents, Kind which = Kind::operation);
  virtual ~Node() {
    if (Extras* owned = extras.load(std::memory_order_relaxed)) [[unlikely]]
      drop(owned);
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  virtual std::string_view name() const = 0;
  /// The gradients of the inputs for the gradient `g` of the output.
  virtual Grads vjp(const Tensor& g) = 0;
  /// Where the gradients go; null for inputs that aren't tracked. Empty for leaves. To be looked at
  /// within a claim, as vjp() is to be called.
  virtual std::span<Ptr<Node>> inputs() = 0;
  /// Drops what was saved.
  virtual void release_saved() {}
  bool is_leaf() const { return kind == Kind::leaf; }

  // Records come from the pools.
  static void* operator new(std::size_t bytes) { return allocate(bytes); }
  static void operator delete(void* block, std::size_t bytes) { deallocate(block, bytes); }

  /// What few records have; made by the first who asks.
  Extras& with_extras();

  std::atomic<std::uint32_t> references{1};
  /// Taken for ever by the reverse pass that freed it.
  Claim claim;
  DType dtype;
  const Kind kind;
  /// The derivative is to be computed in float64: an input holds more digits than the result, as a
  /// float64 number beside float32 elements does, or what a float32 tensor was changed by in place.
  bool more_digits = false;
  /// Creation order, which is a topological order.
  std::uint64_t number;
  Shape shape;
  /// Where it was made, and the name within it that somebody gave; null without.
  std::atomic<const Scope*> scope = current_scope;
  std::atomic<const Scope*> label = nullptr;
  /// Null until somebody asks for them.
  std::atomic<Extras*> extras = nullptr;

 private:
  static void drop(Extras* owned) noexcept;
};

/// Frees a node and all that only it kept alive, by a worklist: a chain of a million operations
/// must not overflow the stack.
void destroy(Node* node) noexcept;

/// The end of the tape: collects the gradients of a tensor that requires grad. It does not own the
/// tensor, so that neither keeps the other alive.
struct LeafNode final : Node, Collected {
  LeafNode(DType type, const Shape& extents) : Node(type, extents, Kind::leaf) {}
  std::string_view name() const override { return "leaf"; }
  Grads vjp(const Tensor&) override { return {}; }
  std::span<Ptr<Node>> inputs() override { return {}; }
};

/// Names a leaf: it stands in `label`'s parent, or where it is used first if that has none.
inline void set_label(Node& leaf, const Scope* label) {
  leaf.scope = label->parent;
  leaf.label = label->plain;
}

}  // namespace tapegrad
