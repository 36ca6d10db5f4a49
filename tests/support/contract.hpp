// What an operation says of its result against what it computes.
#pragma once

#include <functional>

namespace tapegrad::test {

/// Of each operation that runs in `f`: result() has the element type and the shape of what was
/// computed, into() gives the same bits in a tensor of the caller's, which may lie in any way if
/// the operation says so, and layout() tells where a view lies. What is done in place is passed
/// over, as its operand is gone.
void check_contract(const std::function<void()>& f);

}  // namespace tapegrad::test
