#include "expression.hpp"

#include <algorithm>
#include <optional>

#include "tapegrad/ops/create.hpp"

namespace properties {
namespace {

/// Python's meaning of start:stop:step, one index after the other.
Ints sliced(std::int64_t n, std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
            std::int64_t step) {
  const auto bound = [n](std::int64_t i) {
    return std::min(std::max<std::int64_t>(i < 0 ? i + n : i, 0), n);
  };
  Ints places;
  for (std::int64_t i = bound(start.value_or(0)); i < bound(stop.value_or(n)); i += step) {
    places.push_back(i);
  }
  return places;
}

std::optional<std::int64_t> pick_bound(std::int64_t n) {
  if (perhaps()) return std::nullopt;
  return pick(-n - 1, n + 1);
}

void add_slice(Expression& e, std::size_t dim, std::int64_t n) {
  const auto start = pick_bound(n), stop = pick_bound(n);
  const std::int64_t step = pick(1, 3);
  e.items.push_back(tg::Slice(start, stop, step));
  e.parts.push_back({Part::along, dim, sliced(n, start, stop, step)});
  e.story += " slice";
}

void add_integer(Expression& e, std::size_t dim, std::int64_t n) {
  const std::int64_t at = pick(0, n - 1);
  e.items.push_back(perhaps() ? at : at - n);
  e.fixed.emplace_back(dim, at);
  e.story += " integer";
}

/// A tensor of the common shape, or a later one whose shape broadcasts to it.
void add_tensor(Expression& e, std::size_t dim, std::int64_t n) {
  Ints shape = e.common;
  if (e.tensor && shape.size() > 1 && perhaps()) shape.erase(shape.begin());
  if (e.tensor && perhaps()) shape.back() = std::min<std::int64_t>(shape.back(), 1);
  e.tensor = true;
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < count(shape); ++i) values.push_back(pick(-n, n - 1));
  Chosen chosen{dim, {}};
  for (const Ints& index : indices(e.common)) {
    Ints own(index.end() - static_cast<std::ptrdiff_t>(shape.size()), index.end());
    for (std::size_t d = 0; d < own.size(); ++d) {
      if (shape[d] == 1) own[d] = 0;
    }
    const std::int64_t value = values[place(shape, own)];
    chosen.at.push_back(value < 0 ? value + n : value);
  }
  e.items.push_back(tg::Tensor::from_vector(std::move(values), shape));
  e.parts.push_back({Part::chosen});
  e.chosen.push_back(chosen);
  e.story += " tensor";
}

/// A mask of these dimensions, from `dim` on, that holds at `count` random places.
void add_mask(Expression& e, std::size_t dim, const Ints& shape, std::int64_t holds) {
  std::vector<Ints> all = indices(shape);
  std::vector<bool> values(all.size(), false);
  for (std::int64_t k = 0; k < holds; ++k) {
    std::size_t at = static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(all.size()) - 1));
    while (values[at]) at = (at + 1) % all.size();
    values[at] = true;
  }
  for (std::size_t d = 0; d < shape.size(); ++d) {
    Ints column;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (values[i]) column.push_back(all[i][d]);
    }
    Chosen chosen{dim + d, {}};  // of rank 1: the same in every row of the common shape
    for (const Ints& index : indices(e.common)) {
      chosen.at.push_back(column[static_cast<std::size_t>(index.back())]);
    }
    e.chosen.push_back(chosen);
  }
  e.items.push_back(tg::Tensor::from_vector(std::move(values), shape));
  e.parts.push_back({Part::chosen});
  e.mask = true;
  e.story += " mask";
}

void add_whole(Expression& e, std::size_t dim, std::int64_t n) {
  e.parts.push_back({Part::along, dim, sliced(n, {}, {}, 1)});
}

/// Something for the dimensions from `dim` on; how many it stands for.
std::size_t add_item(Expression& e, const Ints& shape, std::size_t dim) {
  const std::int64_t n = shape[dim];
  const std::int64_t kind = pick(0, 5);
  const bool empty = n == 0 && count(e.common) > 0;
  if (kind == 3 && !empty && n > 0) return add_integer(e, dim, n), 1;
  if (kind == 4 && !empty && n > 0) return add_tensor(e, dim, n), 1;
  if (kind == 5 && !e.mask) {
    const std::size_t rank = dim + 1 < shape.size() && perhaps() ? 2 : 1;
    const auto first = shape.begin() + static_cast<std::ptrdiff_t>(dim);
    const Ints part(first, first + static_cast<std::ptrdiff_t>(rank));
    if (count(part) >= e.common.back()) return add_mask(e, dim, part, e.common.back()), rank;
  }
  return add_slice(e, dim, n), 1;
}

}  // namespace

Expression pick_expression(const Ints& shape) {
  Expression e;
  e.common = {pick(0, 3)};
  if (perhaps()) e.common.insert(e.common.begin(), pick(1, 2));
  bool dots = false;
  std::size_t dim = 0, added = 0;
  while (dim < shape.size() && e.items.size() < 5) {
    // A common shape of two dimensions adds one more than it takes the place of.
    if (shape.size() + added + 1 < tg::max_rank && pick(0, 5) == 0) {
      ++added;
      e.items.push_back(tg::newaxis);
      e.parts.push_back({Part::added});
      e.story += " newaxis";
    } else if (!dots && pick(0, 5) == 0) {
      dots = true;
      e.items.push_back(tg::ellipsis);
      e.story += " ellipsis";
      // All that is left but for a last dimension, which gets an item of its own.
      const std::size_t end = perhaps() && e.items.size() < 5 ? shape.size() - 1 : shape.size();
      for (; dim < end; ++dim) add_whole(e, dim, shape[dim]);
      if (dim < shape.size()) add_slice(e, dim, shape[dim]), ++dim;
    } else if (!dots && !e.items.empty() && pick(0, 7) == 0) {
      break;
    } else {
      dim += add_item(e, shape, dim);
    }
  }
  if (e.items.empty()) e.items.push_back(tg::ellipsis);
  if (!e.tensor && e.common.size() > 1) {  // a mask alone names a row of places
    e.common.erase(e.common.begin());
    for (Chosen& c : e.chosen) c.at.resize(static_cast<std::size_t>(e.common.back()));
  }
  for (; dim < shape.size(); ++dim) add_whole(e, dim, shape[dim]);
  return e;
}

}  // namespace properties
