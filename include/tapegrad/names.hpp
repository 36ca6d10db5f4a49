// Names of operations: scopes, and the tape as a list of named records.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Operations that this thread records until the end of the scope are named within `name`:
///   NameScope scope("loss");
///   (y - t).name()   // "loss/sub:0"
/// Scopes nest. Throws Error for a name that TensorBoard wouldn't take.
class NameScope {
 public:
  explicit NameScope(std::string_view name);
  NameScope(const NameScope&) = delete;
  NameScope& operator=(const NameScope&) = delete;
  ~NameScope();

 private:
  const void* before_;
};

/// One record of the tape.
struct TapeRecord {
  /// Unique in its list: the scope, then what named() gave or the operation, numbered from its
  /// second use on: "loss/sub", "loss/sub_1". A leaf stands in the scope of its first use.
  std::string name;
  /// "sub"; "leaf" for a tensor that requires grad by itself.
  std::string operation;
  DType dtype;
  Shape shape;
  /// For each input its place in the list; nothing for an input that isn't tracked.
  std::vector<std::optional<std::size_t>> inputs;
};

/// The recorded operations that `root` was computed from, oldest first; `root` itself is the last.
/// Empty if it isn't tracked. A backward() that freed the graph leaves only the root.
std::vector<TapeRecord> tape(const Tensor& root);

}  // namespace tapegrad
