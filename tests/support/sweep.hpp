// A sweep: the derivatives of all rows of the operation table and nothing else, with an account of
// what was compared. `./dev test derivatives` makes one.
#pragma once

#include <string_view>

#include "tapegrad/gradcheck.hpp"

namespace tapegrad::test {

/// Whether this run is one: the environment's TAPEGRAD_SWEEP names the file for the account.
bool sweeping();

/// Whether the next row of the run is to be swept: each, or those whose numbers, from 0, are listed
/// in the environment's TAPEGRAD_SWEEP_ROWS. To be asked once for each row.
bool wanted();

/// Adds a line: the operation, an order of derivative, how many numbers were compared there, and
/// why no higher order is checked, empty where 3 is. Order 0, with a reason: there is none.
void account(std::string_view operation, int order, std::size_t comparisons, std::string_view why);

}  // namespace tapegrad::test
