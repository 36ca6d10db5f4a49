#include "tapegrad/ops/shape/join.hpp"

#include <algorithm>
#include <iterator>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/naming.hpp"
#include "core/sizes.hpp"
#include "core/speaking.hpp"
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

  void each_size(const auto& f) {
    std::for_each(sizes.begin(), sizes.end(), f);
    f(whole);
  }
  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const std::vector<Tensor>& tensors) const {
    Shape shape = tensors[0].shape();
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const Shape& its = tensors[i].shape();
      check<ShapeError>(its[dim] == sizes[i], "cat: tensor {} has shape {}, and was to have {}", i,
                        its, sizes[i]);
    }
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

/// What a loop that collects begins with.
bool is_nothing(const Tensor& x) { return x.shape() == Shape{0}; }

}  // namespace

Tensor cat(const std::vector<Tensor>& tensors, AsDim dim) {
  check_defined("cat", tensors);
  const auto is_line = [](const Tensor& x) { return x.dim() == 1; };
  if (!std::ranges::all_of(tensors, is_line) && std::ranges::any_of(tensors, is_nothing)) {
    std::vector<Tensor> others;
    std::ranges::remove_copy_if(tensors, std::back_inserter(others), is_nothing);
    return cat(others, dim).to(promoted(tensors));
  }
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

Tensor stack(const std::vector<Tensor>& tensors, AsDim dim) {
  check_defined("stack", tensors);
  check<ShapeError>(!tensors.empty(), "stack: the list has no tensor");
  const Shape& first = tensors[0].shape();
  const std::size_t d = wrap_new_dim("stack", dim, first.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check<ShapeError>(tensors[i].shape() == first,
                      "stack: tensor {} has shape {}, the first has {}; they must be equal", i,
                      tensors[i].shape(), first);
  }
  return speaking_as("stack", [&] { return apply_list(Stack{d}, tensors); });
}

}  // namespace tapegrad
