// The tables of undefined arguments, one in each folder's undefined_test.cpp:
// tools/check_undefined_table.py compares them with the headers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"

namespace tapegrad::test {

/// What a function calls itself, which argument is undefined (0: the tensor whose method it is),
/// and the call.
struct UndefinedRow {
  std::string name;
  int place;
  std::function<void()> call;
};

inline constexpr const char* how_undefined =
    "default-constructed, moved from, or an absent gradient";

/// Each call says in its own name which of its arguments is undefined.
inline void check_undefined(const std::vector<UndefinedRow>& rows) {
  for (const UndefinedRow& row : rows) {
    const std::string which =
        row.place == 0 ? "the tensor is undefined"
                       : "argument " + std::to_string(row.place) + " is an undefined tensor";
    CHECK(error_of(row.call) == row.name + ": " + which + ": " + how_undefined);
  }
}

}  // namespace tapegrad::test
