#include "tapegrad/data/collate.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "core/sizes.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::data {
namespace {

using Member = Tensor Example::*;

std::string_view name_of(Member member) { return member == &Example::x ? "x" : "y"; }

void check_there(std::span<const Example> examples) {
  check<Error>(!examples.empty(), "collate: the list of examples is empty");
  for (std::size_t i = 0; i < examples.size(); ++i) {
    check<Error>(examples[i].x.defined(), "collate: x of example {} is undefined", i);
    check<Error>(examples[i].y.defined() == examples[0].y.defined(),
                 "collate: example {} has {} y, example 0 has {}; all have one or none", i,
                 examples[i].y.defined() ? "a" : "no", examples[0].y.defined() ? "one" : "none");
  }
}

Shape without_length(Shape shape, bool ragged) {
  if (ragged) shape.erase(0);
  return shape;
}

/// All are alike, but for their lengths where they are ragged.
void check_alike(std::span<const Example> examples, Member member, bool ragged) {
  const Tensor& first = examples[0].*member;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Tensor& x = examples[i].*member;
    check<ShapeError>(!ragged || x.dim() > 0,
                      "collate: {} of example {} has rank 0, and so no length to pad",
                      name_of(member), i);
    check<ShapeError>(
        without_length(x.shape(), ragged) == without_length(first.shape(), ragged),
        "collate: {} has shape {} in example {} of the batch and {} in example 0; {}",
        name_of(member), x.shape(), i, first.shape(),
        ragged ? "only first sizes can be padded" : "crop, resize or pad them to one shape");
    check<DTypeError>(x.dtype() == first.dtype(),
                      "collate: {} is {} in example {} of the batch and {} in example 0",
                      name_of(member), x.dtype(), i, first.dtype());
  }
}

Tensor side_by_side(std::span<const Example> examples, Member member) {
  check_alike(examples, member, false);
  std::vector<Tensor> all;
  for (const Example& example : examples) all.push_back(example.*member);
  return stack(all);
}

std::int64_t kept_length(const Tensor& x, const Padding& padding) {
  return padding.longest > 0 ? std::min(x.size(0), padding.longest) : x.size(0);
}

/// Beyond what full() refuses: it cuts fractions off, and takes every number for a bool.
void check_holds(Member member, DType dtype, Scalar value) {
  if (is_floating(dtype)) return;
  const auto number = value.to<double>();
  const bool held = dtype == boolean ? number == 0 || number == 1 : number == std::trunc(number);
  check<DTypeError>(held, "collate: padding of {} is {}, {} elements don't hold it",
                    name_of(member), number, dtype);
}

Tensor padded(std::span<const Example> examples, Member member, const Padding& padding) {
  check_alike(examples, member, true);
  std::int64_t longest = 0;
  for (const Example& one : examples)
    longest = std::max(longest, kept_length(one.*member, padding));
  const std::int64_t blocks =
      checked_add("collate", longest, padding.multiple_of - 1) / padding.multiple_of;
  Shape shape = (examples[0].*member).shape();
  shape[0] = checked_mul("collate", blocks, padding.multiple_of);
  shape.insert(0, static_cast<std::int64_t>(examples.size()));
  const DType dtype = (examples[0].*member).dtype();
  const Scalar value = member == &Example::x ? padding.x : padding.y;
  check_holds(member, dtype, value);
  Tensor result = full(shape, value, {.dtype = dtype});
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Tensor& x = examples[i].*member;
    const std::int64_t length = kept_length(x, padding);
    result[i].narrow(0, 0, length).copy_(x.narrow(0, 0, length));
  }
  return result;
}

/// y goes along with x, element by element, in all examples.
bool follows_x(std::span<const Example> examples) {
  return std::all_of(examples.begin(), examples.end(), [](const Example& example) {
    return example.y.dim() > 0 && example.x.dim() > 0 && example.y.size(0) == example.x.size(0);
  });
}

}  // namespace

Batch collate(std::span<const Example> examples) {
  check_there(examples);
  Batch batch{side_by_side(examples, &Example::x), {}};
  if (examples[0].y.defined()) batch.y = side_by_side(examples, &Example::y);
  return batch;
}

Batch collate(std::span<const Example> examples, const Padding& padding) {
  check_there(examples);
  check<Error>(padding.multiple_of > 0 && padding.longest >= 0,
               "collate: padding to a multiple of {} and at most {}; the one is at least 1, the "
               "other isn't negative",
               padding.multiple_of, padding.longest);
  Batch batch{padded(examples, &Example::x, padding), {}};
  std::vector<std::int64_t> lengths;
  for (const Example& example : examples) lengths.push_back(kept_length(example.x, padding));
  batch.lengths = Tensor::from_vector(std::move(lengths));
  if (examples[0].y.defined()) {
    batch.y = follows_x(examples) ? padded(examples, &Example::y, padding)
                                  : side_by_side(examples, &Example::y);
  }
  return batch;
}

}  // namespace tapegrad::data
