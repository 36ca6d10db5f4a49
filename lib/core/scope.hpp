// Names of places in a program, as a tree: what a record remembers of where it was made. One
// pointer; the text is put together only when somebody asks.
#pragma once

#include <string>
#include <string_view>

namespace tapegrad {

/// Lives forever: one name within one parent is one object, so there are only as many as there are
/// names.
struct Scope {
  const Scope* parent;
  std::string name;
  /// The same name within no scope: equal names are one pointer, wherever they stand.
  const Scope* plain;
};

/// The place where operations of this thread are made now; null outside every scope.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local const Scope* current_scope;

/// The place `name` within `parent`.
const Scope* scope_within(const Scope* parent, std::string_view name);

/// "model/linear"; "" for null.
std::string path_of(const Scope* scope);

/// Whether TensorBoard takes `name`; see check_name().
bool is_name(std::string_view name);

/// Throws Error unless `name` is what TensorBoard takes as a name: it begins with a letter, a
/// digit or a dot, and goes on with these, "_", "-" or "/", one at a time and not at the end.
void check_name(std::string_view operation, std::string_view name);

}  // namespace tapegrad
