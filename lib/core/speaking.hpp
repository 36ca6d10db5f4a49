// Whose error it is: what a function is made of speaks in its name.
#pragma once

#include <string_view>
#include <utility>

#include "tapegrad/error.hpp"

namespace tapegrad {

/// Throws the error that is being handled once more, of the same type, with `operation` in the
/// place of the name that its message begins with.
[[noreturn, gnu::cold]] void rethrow_as(std::string_view operation);

/// f(). An error in it begins with the name of what the user called, whatever that is made of; its
/// arguments have been checked, so that the rest of the message fits. Costs nothing where nothing
/// fails.
template <class F>
decltype(auto) speaking_as(std::string_view operation, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const Error&) {
    rethrow_as(operation);
  }
}

}  // namespace tapegrad
