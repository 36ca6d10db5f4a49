// Names of places in a program, as a tree: what a record remembers of where it was made. One
// pointer; the text is put together only when somebody asks.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

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

/// Another place until the end of the scope.
class ScopeGuard {
 public:
  explicit ScopeGuard(const Scope* now) : before_(std::exchange(current_scope, now)) {}
  ScopeGuard(const ScopeGuard&) = delete;
  ScopeGuard& operator=(const ScopeGuard&) = delete;
  ~ScopeGuard() { current_scope = before_; }

 private:
  const Scope* before_;
};

/// The place `name` within `parent`.
const Scope* scope_within(const Scope* parent, std::string_view name);

/// "model/linear"; "" for null.
std::string path_of(const Scope* scope);

/// ` in "model/linear"`; "" for null.
std::string place_of(const Scope* scope);

/// `in "model/linear"`, as much as there is room for, and a NUL: takes no memory. `scope` isn't
/// null.
void write_place(std::span<char> to, const Scope* scope) noexcept;

/// Whether TensorBoard takes `name`; see check_name().
bool is_name(std::string_view name);

/// Throws Error unless `name` is what TensorBoard takes as a name: it begins with a letter, a
/// digit or a dot, and goes on with these, "_", "-" or "/", one at a time and not at the end.
void check_name(std::string_view operation, std::string_view name);

}  // namespace tapegrad
