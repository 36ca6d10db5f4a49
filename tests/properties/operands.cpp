// Operations on two tensors whose shapes broadcast, and on the dimensions of one.
#include <algorithm>
#include <cmath>

#include "naive.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace properties {

namespace {

/// Numbers of a shape that broadcasts to `shape`, in a tensor whose dimensions may lie in any
/// order.
struct Operand {
  Ints shape;
  Numbers numbers;
  tg::Tensor tensor;
  /// Where the element for an index of the larger shape stands.
  std::size_t at(const Ints& index) const {
    Ints own(index.end() - static_cast<std::ptrdiff_t>(shape.size()), index.end());
    for (std::size_t d = 0; d < own.size(); ++d) own[d] = shape[d] == 1 ? 0 : own[d];
    return place(shape, own);
  }
};

tg::Tensor laid_out(const Numbers& numbers, const Ints& shape) {
  const tg::Tensor x = made(numbers, shape);
  if (shape.size() < 2 || perhaps()) return x;
  const auto last = static_cast<std::int64_t>(shape.size()) - 1;
  const std::int64_t d = pick(0, last), e = pick(0, last);
  return x.transpose(d, e).contiguous().transpose(d, e);
}

Operand pick_operand(Ints shape) {
  while (!shape.empty() && pick(0, 4) == 0) shape.erase(shape.begin());
  for (std::int64_t& size : shape) size = pick(0, 2) == 0 ? 1 : size;
  Operand x{shape, pick_numbers(static_cast<std::size_t>(count(shape))), {}};
  x.tensor = laid_out(x.numbers, shape);
  return x;
}

/// The shape of both: where neither has a size, that of the larger rank.
Ints common_shape(const Ints& a, const Ints& b) {
  Ints shape(std::max(a.size(), b.size()), 1);
  for (const Ints& one : {a, b}) {
    for (std::size_t d = 0; d < one.size(); ++d) {
      std::int64_t& size = shape[shape.size() - one.size() + d];
      if (one[d] != 1) size = one[d];
    }
  }
  return shape;
}

struct Operation {
  const char* name;
  tg::Tensor (*of_tensors)(const tg::Tensor&, const tg::Tensor&);
  double (*of_numbers)(double, double);
};

const Operation operations[] = {
    {"add", [](const tg::Tensor& a, const tg::Tensor& b) { return a + b; },
     [](double a, double b) { return a + b; }},
    {"sub", [](const tg::Tensor& a, const tg::Tensor& b) { return a - b; },
     [](double a, double b) { return a - b; }},
    {"mul", [](const tg::Tensor& a, const tg::Tensor& b) { return a * b; },
     [](double a, double b) { return a * b; }},
    {"maximum", [](const tg::Tensor& a, const tg::Tensor& b) { return tg::maximum(a, b); },
     [](double a, double b) { return std::max(a, b); }},
    {"less", [](const tg::Tensor& a, const tg::Tensor& b) { return a < b; },
     [](double a, double b) { return a < b ? 1.0 : 0.0; }},
    {"equal", [](const tg::Tensor& a, const tg::Tensor& b) { return a == b; },
     [](double a, double b) { return a == b ? 1.0 : 0.0; }},
};

tg::DType pick_dtype() {
  const tg::DType types[] = {tg::float64, tg::float32, tg::int64, tg::int32};
  return types[pick(0, 3)];
}

/// The reduced elements that belong to one of the result, in rows of the result.
std::vector<Numbers> gathered(const Numbers& numbers, const Ints& shape, const Ints& kept) {
  std::vector<Numbers> groups(static_cast<std::size_t>(count(kept)));
  std::size_t i = 0;
  for (const Ints& index : indices(shape)) {
    Ints to = index;
    for (std::size_t d = 0; d < to.size(); ++d) to[d] = kept[d] == shape[d] ? to[d] : 0;
    groups[place(kept, to)].push_back(numbers[i++]);
  }
  return groups;
}

double total(const Numbers& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum;
}

double product(const Numbers& x) {
  double y = 1;
  for (const double v : x) y *= v;
  return y;
}

Numbers each(const std::vector<Numbers>& groups, double (*f)(const Numbers&)) {
  Numbers results;
  for (const Numbers& group : groups) results.push_back(f(group));
  return results;
}

}  // namespace

void operands_broadcast() {
  const Ints larger = pick_shape(4);
  const Operand a = pick_operand(larger), b = pick_operand(larger);
  const Ints shape = common_shape(a.shape, b.shape);
  const Operation& operation = operations[pick(0, 5)];
  Numbers wanted;
  for (const Ints& index : indices(shape)) {
    wanted.push_back(operation.of_numbers(a.numbers[a.at(index)], b.numbers[b.at(index)]));
  }
  const tg::Tensor y = operation.of_tensors(a.tensor.to(pick_dtype()), b.tensor.to(pick_dtype()));
  expect_shape(y, shape, operation.name);
  expect_numbers(y, wanted, operation.name);
}

void gradients_of_operands_add_up() {
  const Ints larger = pick_shape(4);
  Operand a = pick_operand(larger), b = pick_operand(larger);
  const Ints shape = common_shape(a.shape, b.shape);
  const Numbers weights = pick_numbers(static_cast<std::size_t>(count(shape)));
  a.tensor.requires_grad_();
  b.tensor.requires_grad_();
  tg::sum(a.tensor * b.tensor * made(weights, shape)).backward();
  Numbers to_a(a.numbers.size(), 0), to_b(b.numbers.size(), 0);
  std::size_t i = 0;
  for (const Ints& index : indices(shape)) {
    to_a[a.at(index)] += weights[i] * b.numbers[b.at(index)];
    to_b[b.at(index)] += weights[i++] * a.numbers[a.at(index)];
  }
  expect_numbers(a.tensor.grad(), to_a, "gradient to the first factor");
  expect_numbers(b.tensor.grad(), to_b, "gradient to the second factor");
}

void dims_are_reduced() {
  const Ints shape = pick_shape(4);
  const Numbers numbers = pick_numbers(static_cast<std::size_t>(count(shape)));
  const tg::Tensor x = laid_out(numbers, shape);
  Ints dims, kept = shape, left;
  bool nothing = false;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (perhaps()) {
      const auto dim = static_cast<std::int64_t>(d);
      dims.push_back(perhaps() ? dim : dim - static_cast<std::int64_t>(shape.size()));
      nothing = nothing || shape[d] == 0;
      kept[d] = 1;
    } else {
      left.push_back(shape[d]);
    }
  }
  if (dims.empty() && !shape.empty()) return;  // an empty list stands for all
  const bool keep = perhaps();
  const Ints& result = keep ? kept : left;
  const std::vector<Numbers> groups = gathered(numbers, shape, kept);
  const auto check = [&](const char* name, const tg::Tensor& y, double (*f)(const Numbers&)) {
    expect_shape(y, result, name);
    expect_numbers(y, each(groups, f), name);
  };
  check("sum", tg::sum(x, dims, keep), total);
  check("prod", tg::prod(x, dims, keep), product);
  check("any", tg::any(x, dims, keep), [](const Numbers& g) {
    return std::any_of(g.begin(), g.end(), [](double v) { return v != 0; }) ? 1.0 : 0.0;
  });
  check("count_nonzero", tg::count_nonzero(x, dims, keep), [](const Numbers& g) {
    return static_cast<double>(std::count_if(g.begin(), g.end(), [](double v) { return v != 0; }));
  });
  if (nothing) return;
  check("amax", tg::amax(x, dims, keep),
        [](const Numbers& g) { return *std::max_element(g.begin(), g.end()); });
  check("mean", tg::mean(x, dims, keep),
        [](const Numbers& g) { return total(g) / static_cast<double>(g.size()); });
}

}  // namespace properties
