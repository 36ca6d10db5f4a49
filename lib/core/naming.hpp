// Whose memory ended: gives the name of what was called to an allocation that failed.
#pragma once

#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "tapegrad/error.hpp"

namespace tapegrad {

[[noreturn]] void throw_renamed(std::string_view operation, const MemoryError& inner);
[[noreturn]] void throw_no_room(std::string_view operation);

/// f(). Where memory ends in it, even for a small list, throws MemoryError in `operation`'s name:
/// the outermost name stands in the message. Costs nothing where nothing fails.
template <class F>
decltype(auto) in_name_of(std::string_view operation, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const MemoryError& inner) {
    throw_renamed(operation, inner);
  } catch (const std::bad_alloc&) {
    throw_no_room(operation);
  } catch (const std::length_error&) {  // a list longer than any memory
    throw_no_room(operation);
  }
}

/// The same for what calls operations that are better named themselves.
template <class F>
decltype(auto) with_room(std::string_view operation, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const std::bad_alloc&) {
    throw_no_room(operation);
  }
}

}  // namespace tapegrad
