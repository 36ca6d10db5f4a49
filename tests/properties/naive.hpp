// What layouts and indices mean, said with loops over all elements, and nothing of the library's
// own arithmetic of strides. Random choices come from pick(); main.cpp has them from rapidcheck.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace properties {

namespace tg = tapegrad;
using Ints = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

/// A random integer from low to high, both included; smaller ones where a failure is made simpler.
std::int64_t pick(std::int64_t low, std::int64_t high);
inline bool perhaps() { return pick(0, 1) == 1; }

/// Up to `rank` random sizes, of which few are 0, of at most `most` elements together.
Ints pick_shape(std::int64_t rank, std::int64_t most = 200);
/// Whole numbers from -3 to 3.
Numbers pick_numbers(std::size_t count);

std::int64_t count(const Ints& shape);
/// Every index into the shape, row by row.
std::vector<Ints> indices(const Ints& shape);
/// Where an index stands among these.
std::size_t place(const Ints& shape, const Ints& index);

/// A tensor, row by row: which element of another one each of its elements is.
struct Naive {
  Ints shape;
  Ints at;
};

/// The elements 0, 1, 2, ... of the shape itself.
Naive whole(const Ints& shape);
/// Elements of x in another shape: the one at each index of it is x's at from(index).
Naive rearranged(const Naive& x, const Ints& shape, const std::function<Ints(const Ints&)>& from);

/// A tensor of these numbers.
tg::Tensor made(const Numbers& numbers, const Ints& shape);

/// Throws with both where they differ.
void expect_shape(const tg::Tensor& x, const Ints& shape, const std::string& what);
void expect_numbers(const tg::Tensor& x, const Numbers& numbers, const std::string& what);
/// x has the numbers that `of` has at the places that `naive` names.
void expect_elements(const tg::Tensor& x, const Naive& naive, const Numbers& of,
                     const std::string& what);

/// A base of distinct numbers, and a random view of it beside what it should be.
struct Viewed {
  tg::Tensor base;
  Numbers numbers;
  tg::Tensor tensor;
  Naive naive;
  std::string story;
};

enum class Overlap { allowed, avoided };
Viewed pick_view(Overlap overlap, bool tracked = false);

// The properties; each throws where it doesn't hold.
void views_show_their_elements();
void writes_through_views_reach_their_elements();
void gradients_of_views_add_up();
void brackets_read();
void brackets_assign();
void brackets_add();
void gradients_of_brackets_add_up();
void operands_broadcast();
void gradients_of_operands_add_up();
void dims_are_reduced();

}  // namespace properties
