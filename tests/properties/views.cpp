// Views, one upon another, and what is read, written and differentiated through them.
#include <algorithm>
#include <set>
#include <stdexcept>

#include "naive.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace properties {

namespace {

std::size_t z(std::int64_t i) { return static_cast<std::size_t>(i); }

Ints moved(Ints list, std::size_t from, std::size_t to) {
  const std::int64_t value = list[from];
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(from));
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(to), value);
  return list;
}

Ints with(Ints list, std::size_t at, std::int64_t value) {
  list[at] = value;
  return list;
}

Ints without(Ints list, std::size_t at) {
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
  return list;
}

Ints inserted(Ints list, std::size_t at, std::int64_t value) {
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), value);
  return list;
}

void set(Viewed& v, const char* what, tg::Tensor tensor, Naive naive) {
  v.story += std::string(" ") + what;
  v.tensor = std::move(tensor);
  v.naive = std::move(naive);
}

/// A dimension, as the library may be told it: from the front or from the end.
std::int64_t either(std::size_t d, std::size_t rank) {
  const auto signed_dim = static_cast<std::int64_t>(d);
  return perhaps() ? signed_dim : signed_dim - static_cast<std::int64_t>(rank);
}

void move_dims(Viewed& v, std::size_t d, std::size_t e) {
  const Naive x = v.naive;
  const std::size_t rank = x.shape.size();
  if (perhaps()) {
    const auto swapped = [=](Ints list) {
      std::swap(list[d], list[e]);
      return list;
    };
    set(v, "transpose", v.tensor.transpose(either(d, rank), either(e, rank)),
        rearranged(x, swapped(x.shape), swapped));
  } else {
    set(v, "movedim", tg::movedim(v.tensor, either(d, rank), either(e, rank)),
        rearranged(x, moved(x.shape, d, e), [=](const Ints& i) { return moved(i, e, d); }));
  }
}

void take_part(Viewed& v, std::size_t d) {
  const Naive x = v.naive;
  const std::int64_t n = x.shape[d];
  const std::int64_t start = pick(0, n);
  const std::int64_t step = pick(1, 3);
  std::int64_t length = 0;
  for (std::int64_t i = start; i < n; i += step) ++length;
  set(v, "slice", v.tensor.slice(either(d, x.shape.size()), start, std::nullopt, step),
      rearranged(x, with(x.shape, d, length),
                 [=](const Ints& i) { return with(i, d, start + i[d] * step); }));
}

void select_one(Viewed& v, std::size_t d) {
  const Naive x = v.naive;
  if (x.shape[d] == 0) return;
  const std::int64_t at = pick(0, x.shape[d] - 1);
  set(v, "select", v.tensor.select(either(d, x.shape.size()), perhaps() ? at : at - x.shape[d]),
      rearranged(x, without(x.shape, d), [=](const Ints& i) { return inserted(i, d, at); }));
}

void stretch(Viewed& v, std::size_t d, Overlap overlap) {
  const Naive x = v.naive;
  const Ints longer = inserted(x.shape, d, overlap == Overlap::allowed ? pick(1, 3) : 1);
  if (longer.size() > 5 || count(longer) > 300) return;
  set(v, "unsqueeze expand",
      v.tensor.unsqueeze(static_cast<std::int64_t>(d)).expand(tg::Shape(longer)),
      rearranged(x, longer, [=](const Ints& i) { return without(i, d); }));
}

void take_diagonal(Viewed& v, std::size_t d, std::size_t e) {
  if (d == e) return;
  const Naive x = v.naive;
  const std::int64_t k = pick(-2, 2);
  std::int64_t length = 0;
  for (std::int64_t i = 0; i < x.shape[d]; ++i) length += i + k >= 0 && i + k < x.shape[e];
  const Ints rest = without(without(x.shape, std::max(d, e)), std::min(d, e));
  Ints shape = rest;
  shape.push_back(length);
  const auto from = [=](Ints i) {
    const std::int64_t along = i.back();
    i.pop_back();
    const std::int64_t row = k < 0 ? along - k : along, column = k < 0 ? along : along + k;
    return d < e ? inserted(inserted(i, d, row), e, column)
                 : inserted(inserted(i, e, column), d, row);
  };
  const std::size_t rank = x.shape.size();
  set(v, "diagonal", tg::diagonal(v.tensor, k, either(d, rank), either(e, rank)),
      rearranged(x, shape, from));
}

void open_windows(Viewed& v, std::size_t d, Overlap overlap) {
  const Naive x = v.naive;
  const std::int64_t n = x.shape[d];
  if (n == 0 || x.shape.size() > 4) return;
  const std::int64_t size = pick(1, n);
  const std::int64_t step = pick(overlap == Overlap::allowed ? 1 : size, 4);
  if (step < size && overlap == Overlap::avoided) return;
  std::int64_t windows = 0;
  for (std::int64_t i = 0; i + size <= n; i += step) ++windows;
  Ints shape = with(x.shape, d, windows);
  shape.push_back(size);
  set(v, "unfold", tg::unfold(v.tensor, either(d, x.shape.size()), size, step),
      rearranged(x, shape, [=](Ints i) {
        const std::int64_t within = i.back();
        i.pop_back();
        return with(i, d, i[d] * step + within);
      }));
}

/// Two neighbouring dimensions as one, where the layout allows it.
void join_dims(Viewed& v, std::size_t d) {
  const Ints shape = v.naive.shape;
  if (d + 1 >= shape.size()) return;
  const Ints joined = with(without(shape, d + 1), d, shape[d] * shape[d + 1]);
  expect_elements(v.tensor.detach().reshape(joined), {joined, v.naive.at}, v.numbers,
                  v.story + " reshape");
  try {
    set(v, "view", v.tensor.view(joined), {joined, v.naive.at});
  } catch (const tg::ShapeError&) {  // a copy would be needed
  }
}

void restride(Viewed& v, Overlap overlap) {
  if (overlap == Overlap::avoided || !v.tensor.is_contiguous()) return;
  const Naive x = v.naive;
  const auto n = static_cast<std::int64_t>(x.at.size());
  const Ints shape = {pick(1, 3), pick(1, 3)};
  const Ints strides = {pick(0, 4), pick(0, 4)};
  const std::int64_t offset = pick(0, 3);
  if (offset + (shape[0] - 1) * strides[0] + (shape[1] - 1) * strides[1] >= n) return;
  Naive naive{shape, {}};
  for (const Ints& i : indices(shape)) {
    naive.at.push_back(x.at[z(offset + i[0] * strides[0] + i[1] * strides[1])]);
  }
  set(v, "as_strided", tg::as_strided(v.tensor, shape, strides, offset), naive);
}

void step(Viewed& v, Overlap overlap) {
  const std::size_t rank = v.naive.shape.size();
  const std::int64_t kind = pick(0, 7);
  if (kind == 0) return stretch(v, z(pick(0, static_cast<std::int64_t>(rank))), overlap);
  if (kind == 1) return restride(v, overlap);
  if (rank == 0) return;
  const std::size_t d = z(pick(0, static_cast<std::int64_t>(rank) - 1));
  const std::size_t e = z(pick(0, static_cast<std::int64_t>(rank) - 1));
  switch (kind) {
    case 2:
      return move_dims(v, d, e);
    case 3:
      return take_part(v, d);
    case 4:
      return select_one(v, d);
    case 5:
      return take_diagonal(v, d, e);
    case 6:
      return open_windows(v, d, overlap);
    default:
      return join_dims(v, d);
  }
}

}  // namespace

Viewed pick_view(Overlap overlap, bool tracked) {
  Viewed v;
  const Ints shape = pick_shape(4);
  v.naive = whole(shape);
  for (std::size_t i = 0; i < v.naive.at.size(); ++i) v.numbers.push_back(static_cast<double>(i));
  v.base = made(v.numbers, shape);
  if (tracked) v.base.requires_grad_();
  v.tensor = v.base;
  v.story = tg::to_string(tg::Shape(shape));
  for (std::int64_t steps = pick(0, 4); steps > 0; --steps) step(v, overlap);
  return v;
}

void views_show_their_elements() {
  const Viewed v = pick_view(Overlap::allowed);
  expect_elements(v.tensor, v.naive, v.numbers, v.story);
  expect_elements(v.tensor.contiguous(), v.naive, v.numbers, v.story + " contiguous");
  expect_elements(v.tensor.clone(), v.naive, v.numbers, v.story + " clone");
  expect_elements(-(-v.tensor), v.naive, v.numbers, v.story + " neg neg");
  const Ints flat = {static_cast<std::int64_t>(v.naive.at.size())};
  expect_elements(v.tensor.reshape(flat), {flat, v.naive.at}, v.numbers, v.story + " reshape");
}

void writes_through_views_reach_their_elements() {
  Viewed v = pick_view(Overlap::allowed);
  const bool twice = std::set(v.naive.at.begin(), v.naive.at.end()).size() < v.naive.at.size();
  if (v.tensor.overlaps_itself()) return;
  if (twice) throw std::runtime_error(v.story + ": an element stands twice, unnoticed");
  const Numbers added = pick_numbers(v.naive.at.size());
  v.tensor += made(added, v.naive.shape);
  for (std::size_t i = 0; i < added.size(); ++i) v.numbers[z(v.naive.at[i])] += added[i];
  expect_numbers(v.base, v.numbers, v.story + " +=");
}

void gradients_of_views_add_up() {
  const Viewed v = pick_view(Overlap::allowed, true);
  const Numbers weights = pick_numbers(v.naive.at.size());
  tg::sum(v.tensor * made(weights, v.naive.shape)).backward();
  Numbers wanted(v.numbers.size(), 0);
  for (std::size_t i = 0; i < weights.size(); ++i) wanted[z(v.naive.at[i])] += weights[i];
  expect_numbers(v.base.grad(), wanted, v.story + " gradient");
}

}  // namespace properties
