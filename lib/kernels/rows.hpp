// Rows that an index names, often more than once: which they are, and sums of what comes to each.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

struct RowGroups {
  /// Ascending, each once.
  std::vector<std::int64_t> rows;
  /// Places in the index: those of one row behind each other, in their order.
  std::vector<std::int64_t> places;
  /// Where in `places` those of each row begin, and at last the end.
  std::vector<std::int64_t> begins;
};

inline constexpr std::int64_t no_row = -1;

/// index: [n] of int64 in [0, count). Places that name `left_out` are in no group.
RowGroups grouped(Ref index, std::int64_t count, std::int64_t left_out = no_row);

/// out[k] = the sum of in[places of row k], in their order. in: [n, d] of any layout; out lies row
/// by row. Both are of one floating-point type.
void sum_groups(Ref out, Ref in, const RowGroups& groups);

}  // namespace tapegrad::kernels
