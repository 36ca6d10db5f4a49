#include "tapegrad/ops/join.hpp"

#include <algorithm>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/naming.hpp"
#include "core/sizes.hpp"
#include "kernels/copy.hpp"

namespace tapegrad {
namespace {

DType promoted(const std::vector<Tensor>& tensors) {
  DType dtype = boolean;
  for (const Tensor& x : tensors) dtype = promote(dtype, x.dtype());
  return dtype;
}

/// Writes x to a part of out.
void put(const Tensor& out, const Layout& part, const Tensor& x) {
  const Tensor target = make_view(out, part);
  kernels::copy(kernels::ref(target), kernels::ref(x));
}

struct Cat {
  static constexpr std::string_view name = "cat";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_nothing; }
  std::size_t dim;
  std::vector<std::int64_t> sizes;
  std::int64_t whole;

  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const std::vector<Tensor>& tensors) const {
    Shape shape = tensors[0].shape();
    shape[dim] = whole;
    return {promoted(tensors), shape};
  }
  void into(const Tensor& out, const std::vector<Tensor>& tensors) const {
    const Layout& all = impl_of(out).layout;
    std::int64_t start = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      put(out, all.sliced(dim, start, sizes[i], 1), tensors[i]);
      start += sizes[i];
    }
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    std::vector<Tensor> grads(sizes.size());
    std::int64_t start = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (s.needs(i)) grads[i] = g.narrow(static_cast<std::int64_t>(dim), start, sizes[i]);
      start += sizes[i];
    }
    return Grads(std::move(grads));
  }
};

struct Stack {
  static constexpr std::string_view name = "stack";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_nothing; }
  std::size_t dim;

  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const std::vector<Tensor>& tensors) const {
    Shape shape = tensors[0].shape();
    shape.insert(dim, static_cast<std::int64_t>(tensors.size()));
    return {promoted(tensors), shape};
  }
  void into(const Tensor& out, const std::vector<Tensor>& tensors) const {
    const Layout& all = impl_of(out).layout;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      put(out, all.selected(dim, static_cast<std::int64_t>(i)), tensors[i]);
    }
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    std::vector<Tensor> grads(s.size());
    for (std::size_t i = 0; i < grads.size(); ++i) {
      if (!s.needs(i)) continue;
      grads[i] = g.select(static_cast<std::int64_t>(dim), static_cast<std::int64_t>(i));
    }
    return Grads(std::move(grads));
  }
};

/// As in PyTorch, as many as were asked for.
std::vector<Tensor> empty_chunks(const Tensor& x, std::int64_t count, std::int64_t dim) {
  std::vector<Tensor> parts;
  for (std::int64_t i = 0; i < count; ++i) parts.push_back(x.narrow(dim, 0, 0));
  return parts;
}

}  // namespace

Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim) {
  check_defined("cat", tensors);
  check<ShapeError>(!tensors.empty(), "cat: the list has no tensor");
  const Shape& first = tensors[0].shape();
  check<ShapeError>(!first.empty(), "cat: a tensor of rank 0 can't be continued; use stack()");
  const std::size_t d = wrap_dim("cat", dim, first.size());
  std::vector<std::int64_t> sizes;
  with_room("cat", [&] { sizes.reserve(tensors.size()); });
  std::int64_t whole = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Shape& shape = tensors[i].shape();
    Shape expected = first;
    if (shape.size() == first.size()) expected[d] = shape[d];
    check<ShapeError>(shape == expected,
                      "cat: tensor {} of shape {} doesn't continue shape {} along dim {}; only "
                      "that dimension may differ",
                      i, shape, first, dim);
    sizes.push_back(shape[d]);
    whole = checked_add("cat", whole, shape[d]);
  }
  return apply_list(Cat{d, std::move(sizes), whole}, tensors);
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim) {
  check_defined("stack", tensors);
  check<ShapeError>(!tensors.empty(), "stack: the list has no tensor");
  const Shape& first = tensors[0].shape();
  const std::size_t d = wrap_new_dim("stack", dim, first.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check<ShapeError>(tensors[i].shape() == first,
                      "stack: tensor {} has shape {}, the first has {}; they must be equal", i,
                      tensors[i].shape(), first);
  }
  return apply_list(Stack{d}, tensors);
}

std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t dim) {
  check_defined("split", x);
  check<ShapeError>(size > 0, "split: parts of size {}; it must be positive", size);
  const std::int64_t whole = x.shape()[wrap_dim("split", dim, x.shape().size())];
  const std::int64_t count = std::max<std::int64_t>(whole / size + (whole % size != 0), 1);
  return in_name_of("split", [&] {
    std::vector<Tensor> parts;
    parts.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {  // an empty dimension is one empty part
      parts.push_back(x.narrow(dim, i * size, std::min(size, whole - i * size)));
    }
    return parts;
  });
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes,
                          std::int64_t dim) {
  check_defined("split", x);
  const std::int64_t whole = x.shape()[wrap_dim("split", dim, x.shape().size())];
  std::int64_t total = 0;
  for (const std::int64_t size : sizes) {
    check<ShapeError>(size >= 0, "split: a part of size {}", size);
    total = checked_add("split", total, size);
  }
  check<ShapeError>(total == whole, "split: the sizes add up to {}, dim {} of shape {} has {}",
                    total, dim, x.shape(), whole);
  return in_name_of("split", [&] {
    std::vector<Tensor> parts;
    parts.reserve(sizes.size());
    std::int64_t start = 0;
    for (const std::int64_t size : sizes) {
      parts.push_back(x.narrow(dim, start, size));
      start += size;
    }
    return parts;
  });
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t count, std::int64_t dim) {
  check_defined("chunk", x);
  check<ShapeError>(count > 0, "chunk: {} parts; there must be at least one", count);
  const std::int64_t whole = x.shape()[wrap_dim("chunk", dim, x.shape().size())];
  if (whole == 0) return empty_chunks(x, count, dim);
  const std::int64_t size = whole / count + (whole % count != 0);  // without overflow
  return split(x, size, dim);
}

}  // namespace tapegrad
