// What an error said, for tests of messages.
#pragma once

#include <string>

#include "tapegrad/error.hpp"

namespace tapegrad::test {

/// The message of the E that `call` throws; "no error" when it throws none. Other exceptions pass.
template <class E = Error, class F>
std::string error_of(F&& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "no error";
}

/// Whether `call` throws an E.
template <class E = Error, class F>
bool is_refused(F&& call) {
  try {
    call();
  } catch (const E&) {
    return true;
  }
  return false;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace tapegrad::test
