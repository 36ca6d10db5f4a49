// What stands between brackets: integers, slices, an ellipsis, new axes, masks, tensors of
// integers.
#include "expression.hpp"
#include "naive.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/index.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace properties {

namespace {

/// Whether the tensors' dimensions stand where the first tensor stands: nothing lies between them.
bool together(const std::vector<Part>& parts) {
  int runs = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    runs += parts[i].kind == Part::chosen && (i == 0 || parts[i - 1].kind != Part::chosen);
  }
  return runs == 1;
}

/// The dimensions of the result, with one `chosen` in the place of all.
std::vector<Part> ordered(const Expression& e) {
  std::vector<Part> parts;
  bool seen = false;
  if (!e.chosen.empty() && !together(e.parts)) {
    parts.push_back({Part::chosen});
    seen = true;
  }
  for (const Part& part : e.parts) {
    if (part.kind != Part::chosen || !seen) parts.push_back(part);
    seen = seen || part.kind == Part::chosen;
  }
  return parts;
}

Naive chosen_by(const Expression& e, const Naive& x) {
  const std::vector<Part> parts = ordered(e);
  Ints shape;
  for (const Part& part : parts) {
    if (part.kind == Part::along) shape.push_back(static_cast<std::int64_t>(part.places.size()));
    if (part.kind == Part::added) shape.push_back(1);
    if (part.kind == Part::chosen) shape.insert(shape.end(), e.common.begin(), e.common.end());
  }
  return rearranged(x, shape, [&](const Ints& index) {
    Ints from(x.shape.size());
    for (const auto& [dim, at] : e.fixed) from[dim] = at;
    std::size_t d = 0;
    for (const Part& part : parts) {
      if (part.kind == Part::chosen) {
        const auto first = index.begin() + static_cast<std::ptrdiff_t>(d);
        d += e.common.size();
        const Ints own(first, index.begin() + static_cast<std::ptrdiff_t>(d));
        for (const Chosen& c : e.chosen) from[c.dim] = c.at[place(e.common, own)];
      } else {
        if (part.kind == Part::along) {
          from[part.dim] = part.places[static_cast<std::size_t>(index[d])];
        }
        ++d;
      }
    }
    return from;
  });
}

tg::Selection at(const tg::Tensor& x, const std::vector<tg::Index>& i) {
  switch (i.size()) {
    case 1:
      return x[{i[0]}];
    case 2:
      return x[{i[0], i[1]}];
    case 3:
      return x[{i[0], i[1], i[2]}];
    case 4:
      return x[{i[0], i[1], i[2], i[3]}];
    default:
      return x[{i[0], i[1], i[2], i[3], i[4]}];
  }
}

/// A shape that broadcasts to the given one.
Ints narrower(Ints shape) {
  while (!shape.empty() && pick(0, 3) == 0) shape.erase(shape.begin());
  for (std::int64_t& size : shape) size = pick(0, 3) == 0 ? 1 : size;
  return shape;
}

/// What an element of a source of shape `own` becomes at an index of the larger shape.
std::size_t source_place(const Ints& own, const Ints& index) {
  Ints part(index.end() - static_cast<std::ptrdiff_t>(own.size()), index.end());
  for (std::size_t d = 0; d < own.size(); ++d) part[d] = own[d] == 1 ? 0 : part[d];
  return place(own, part);
}

enum class Change { assign, add };

void change(Change kind) {
  Viewed v = pick_view(Overlap::avoided);
  if (v.tensor.overlaps_itself()) return;
  const Expression e = pick_expression(v.naive.shape);
  const Naive target = chosen_by(e, v.naive);
  const Ints own = narrower(target.shape);
  const Numbers source = pick_numbers(static_cast<std::size_t>(count(own)));
  if (kind == Change::assign) at(v.tensor, e.items) = made(source, own);
  if (kind == Change::add) at(v.tensor, e.items) += made(source, own);
  const Numbers before = v.numbers;
  std::size_t i = 0;
  for (const Ints& index : indices(target.shape)) {  // of several for one place the last
    const auto to = static_cast<std::size_t>(target.at[i++]);
    const double old = kind == Change::add ? before[to] : 0;
    v.numbers[to] = old + source[source_place(own, index)];
  }
  expect_numbers(v.base, v.numbers, v.story + " [" + e.story + " ] = ");
}

}  // namespace

void brackets_read() {
  const Viewed v = pick_view(Overlap::allowed);
  const Expression e = pick_expression(v.naive.shape);
  const std::string story = v.story + " [" + e.story + " ]";
  expect_elements(at(v.tensor, e.items), chosen_by(e, v.naive), v.numbers, story);
}

void brackets_assign() { change(Change::assign); }

void brackets_add() { change(Change::add); }

void gradients_of_brackets_add_up() {
  const Viewed v = pick_view(Overlap::allowed, true);
  const Expression e = pick_expression(v.naive.shape);
  const Naive target = chosen_by(e, v.naive);
  const Numbers weights = pick_numbers(target.at.size());
  tg::sum(at(v.tensor, e.items) * made(weights, target.shape)).backward();
  Numbers wanted(v.numbers.size(), 0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    wanted[static_cast<std::size_t>(target.at[i])] += weights[i];
  }
  expect_numbers(v.base.grad(), wanted, v.story + " [" + e.story + " ] gradient");
}

}  // namespace properties
