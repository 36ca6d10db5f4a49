// Names of operations and the scopes that they stand in. What is done with them is in graph.hpp.
#pragma once

#include <atomic>
#include <string_view>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

struct Scope;

/// A name of a scope that is entered often, as a module's in every forward pass: entering it
/// again where it was entered last takes a few nanoseconds. A value of two words; several threads
/// may enter one, also while another assigns to it.
class ScopeName {
 public:
  /// No name: entering it leaves operations in the scope where they are.
  ScopeName() = default;
  /// Throws Error for a name that TensorBoard wouldn't take.
  explicit ScopeName(std::string_view name);
  ScopeName(const ScopeName& other) noexcept;
  ScopeName& operator=(const ScopeName& other) noexcept;

  /// Another name; none for one that TensorBoard wouldn't take.
  void assign(std::string_view name);
  /// Empty without a name.
  std::string_view text() const;

 private:
  friend class NameScope;
  const Scope* entered() const;

  std::atomic<const Scope*> name_ = nullptr;
  mutable std::atomic<const Scope*> last_ = nullptr;
};

/// Operations of this thread are named within `name` until the end of the scope:
///   NameScope scope("loss");
///   (y - t).name()   // "loss/sub:0"
/// Scopes nest: the one that began last ends first, in the thread where it began. Throws Error for
/// a name that TensorBoard wouldn't take.
///   Every name takes a little memory for ever: use names that come again, not one per step.
class NameScope {
 public:
  explicit NameScope(std::string_view name);
  explicit NameScope(const ScopeName& name);
  NameScope(const NameScope&) = delete;
  NameScope& operator=(const NameScope&) = delete;
  ~NameScope();

 private:
  const Scope* before_;
};

/// Names a leaf or a constant as its owner calls it, for instance "weight". Unlike named() it
/// stands in the scope of its first use, not in that where it was made, and nothing happens to a
/// tensor that has a name, to the result of an operation, or with a name that TensorBoard
/// wouldn't take. Modules do this with their parameters and buffers.
void name_where_used(const Tensor& x, std::string_view name);

/// The name that `from` has as a leaf or a constant, for its copy.
void copy_name(const Tensor& from, const Tensor& to);

}  // namespace tapegrad
