#include "core/scope.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "core/check.hpp"
#include "core/fixed_text.hpp"

namespace tapegrad {

constinit thread_local const Scope* current_scope = nullptr;

namespace {

struct Known {
  std::mutex mutex;
  std::map<const Scope*, std::map<std::string, std::unique_ptr<Scope>, std::less<>>> children;
};

/// Never destroyed: records in static variables may outlive every destructor of ours.
Known& known() {
  static auto* instance = new Known;
  return *instance;
}

bool may_begin_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
}

/// The caller holds the mutex.
const Scope* child_of(const Scope* parent, std::string_view name) {
  auto& children = known().children[parent];
  const auto found = children.find(name);
  if (found != children.end()) return found->second.get();
  auto scope = std::make_unique<Scope>(Scope{parent, std::string(name), nullptr});
  scope->plain = parent ? child_of(nullptr, name) : scope.get();
  return children.emplace(std::string(name), std::move(scope)).first->second.get();
}

}  // namespace

const Scope* scope_within(const Scope* parent, std::string_view name) {
  const std::lock_guard lock(known().mutex);
  return child_of(parent, name);
}

std::string path_of(const Scope* scope) {
  if (!scope) return "";
  return scope->parent ? path_of(scope->parent) + "/" + scope->name : scope->name;
}

std::string place_of(const Scope* scope) {
  return scope ? " in \"" + path_of(scope) + '"' : std::string();
}

void write_place(std::span<char> to, const Scope* scope) noexcept {
  FixedText text(to);
  const auto write_path = [&](const auto& self, const Scope* inner) -> void {
    if (inner->parent) {
      self(self, inner->parent);
      text << "/";
    }
    text << inner->name;
  };
  text << "in \"";
  write_path(write_path, scope);
  text << "\"";
}

bool is_name(std::string_view name) {
  const auto goes_on = [](char c) { return may_begin_name(c) || c == '_' || c == '-' || c == '/'; };
  return !name.empty() && may_begin_name(name[0]) && name.back() != '/' &&
         name.find("//") == name.npos && std::ranges::all_of(name, goes_on);
}

void check_name(std::string_view operation, std::string_view name) {
  check<Error>(is_name(name),
               "{}: \"{}\" is no name; begin with a letter, a digit or a dot and go on with these, "
               "_, - or /",
               operation, name);
}

}  // namespace tapegrad
