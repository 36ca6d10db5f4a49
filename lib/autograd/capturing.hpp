// The capture that is under way: what is known of the function so far.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "autograd/capture.hpp"

namespace tapegrad {

class Capture {
 public:
  Capture();
  /// One that lies like this.
  Tensor feed(DType dtype, const Layout& layout);
  std::vector<Tensor> add(const Operation& operation, Inputs inputs);
  void add_write(const Operation& operation, Inputs inputs);
  void look(const Tensor& x) {
    if (!is_own(x)) note_outsider(x);
  }
  void add_call(std::string_view name, std::function<void()> call);
  void pass() { done_.differentiates = true; }
  void ignore_owners() { watches_owners_ = false; }
  void require(Requirement requirement) { done_.requirements.push_back(std::move(requirement)); }
  /// x, from before or not, is about to be changed.
  void changes(std::string_view operation, const Tensor& x);
  void refuse_history(std::string_view operation, const Tensor& x) const;
  void refuse_once(std::string_view operation, const Tensor& x) const;

  void deliver(const Ptr<Node>& leaf, Tensor g);
  Tensor grad(const Ptr<Node>& leaf);
  void set_grad(const Ptr<Node>& leaf, const Tensor& g);
  void clear(const Ptr<Node>& leaf) { state_of(leaf) = {.leaf = leaf, .cleared = true}; }
  void clear_by_call(const std::vector<Tensor>& leaves, std::function<void()> call);

  std::uint32_t number() const { return done_.number; }
  Captured finish(std::vector<Tensor> results);
  /// The versions of what was there before, which only seemed to change.
  void restore_versions() noexcept;

 private:
  bool is_own(const Tensor& x) const { return impl_of(x).storage->capture == done_.number; }
  bool is_computed(const Tensor& x) const { return is_own(x) && !impl_of(x).storage->data; }
  bool is_feed(const Tensor& x) const;
  bool is_born(const Node& node) const { return node.number >= first_node_; }
  void note(std::string_view operation, const Tensor& x);
  void note_outsider(const Tensor& x);
  LeafState& state_of(const Ptr<Node>& leaf);
  bool is_whole(const Tensor& g) const;
  Tensor undivided(const Tensor& g);
  void give(LeafState& state);
  static std::vector<Tensor> aliases(Inputs inputs);

  Captured done_;
  std::uint64_t first_node_ = next_node_number();
  bool watches_owners_ = true;
  std::unordered_set<const TensorImpl*> met_;
  std::unordered_set<const Storage*> given_;
  std::vector<std::pair<Ptr<Storage>, std::uint32_t>> versions_;
};

/// Of this thread; null outside of one.
extern constinit thread_local Capture* current_program;

}  // namespace tapegrad
