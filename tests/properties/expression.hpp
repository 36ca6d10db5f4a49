// A random expression between brackets, and its meaning.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "naive.hpp"
#include "tapegrad/index.hpp"

namespace properties {

/// A dimension of what brackets give: the dimension of x that it walks along and the places there,
/// or a new one; `chosen` stands for the dimensions that tensors name together.
struct Part {
  enum Kind { along, added, chosen } kind;
  std::size_t dim = 0;
  Ints places = {};
};

/// For one dimension of x, the index that a tensor gives at each place of the common shape.
struct Chosen {
  std::size_t dim;
  Ints at;
};

struct Expression {
  std::vector<tg::Index> items;
  std::vector<Part> parts;
  std::vector<std::pair<std::size_t, std::int64_t>> fixed;
  std::vector<Chosen> chosen;
  Ints common;  ///< the shape of all tensors together
  bool mask = false;
  bool tensor = false;
  std::string story;
};

/// Of a tensor of this shape.
Expression pick_expression(const Ints& shape);

}  // namespace properties
