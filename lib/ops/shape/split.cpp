#include "tapegrad/ops/shape/split.hpp"

#include <algorithm>

#include "autograd/several.hpp"
#include "core/check.hpp"
#include "core/naming.hpp"
#include "core/sizes.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/shape/join.hpp"

namespace tapegrad {
namespace {

/// Views of x, one behind the other.
struct Split {
  static constexpr std::string_view name = "split";
  static constexpr Needs saves(Needs) { return save_nothing; }
  std::size_t dim;
  std::vector<std::int64_t> sizes;

  void each_size(const auto& f) { std::for_each(sizes.begin(), sizes.end(), f); }
  void attributes(AttributeList& list) const {
    list("sizes", sizes);
    list("dim", dim);
  }
  std::vector<Layout> layouts(const Layout& x) const {
    std::vector<Layout> parts;
    parts.reserve(sizes.size());
    std::int64_t start = 0;
    for (const std::int64_t size : sizes) {
      parts.push_back(x.sliced(dim, start, size, 1));
      start += size;
    }
    return parts;
  }
  /// Put together again, with zeros for the parts to which nothing came; neighbours as one.
  Grads vjp(const Saved& s, std::span<const Tensor> gs) const {
    const DType dtype = std::ranges::find_if(gs, &Tensor::defined)->dtype();
    Shape missing = s.shape(0);
    std::vector<Tensor> parts;
    for (std::size_t i = 0; i < gs.size();) {
      if (gs[i].defined()) {
        parts.push_back(gs[i++]);
        continue;
      }
      missing[dim] = 0;
      for (; i < gs.size() && !gs[i].defined(); ++i) missing[dim] += sizes[i];
      parts.push_back(zeros(missing, {.dtype = dtype}));
    }
    return {parts.size() == 1 ? parts[0] : cat(parts, static_cast<std::int64_t>(dim))};
  }
};

/// Views of the slices of x.
struct Unbind {
  static constexpr std::string_view name = "unbind";
  static constexpr Needs saves(Needs) { return save_nothing; }
  std::size_t dim;

  void attributes(AttributeList& list) const { list("dim", dim); }
  std::vector<Layout> layouts(const Layout& x) const {
    std::vector<Layout> slices;
    for (std::int64_t i = 0; i < x.shape()[dim]; ++i) slices.push_back(x.selected(dim, i));
    return slices;
  }
  /// Put together again, with zeros for the slices to which nothing came.
  Grads vjp(const Saved& s, std::span<const Tensor> gs) const {
    const Tensor& some = *std::ranges::find_if(gs, &Tensor::defined);
    Shape slice = s.shape(0);
    slice.erase(dim);
    const Tensor none = zeros({}, {.dtype = some.dtype()}).expand(slice);
    std::vector<Tensor> slices;
    for (const Tensor& g : gs) slices.push_back(g.defined() ? g : none);
    return {stack(slices, static_cast<std::int64_t>(dim))};
  }
};

std::vector<std::int64_t> repeated(std::int64_t count, std::int64_t size) {
  return std::vector<std::int64_t>(static_cast<std::size_t>(count), size);
}

}  // namespace

std::vector<Tensor> split(const Tensor& x, std::int64_t size, AsDim dim) {
  check_defined("split", x);
  check<ShapeError>(size > 0, "split: parts of size {}; it must be positive", size);
  const std::size_t d = wrap_dim("split", dim, x.shape().size());
  const std::int64_t whole = x.shape()[d];
  // An empty dimension is one empty part.
  const std::int64_t count = std::max<std::int64_t>(whole / size + (whole % size != 0), 1);
  std::vector<std::int64_t> sizes = in_name_of("split", [&] { return repeated(count, size); });
  sizes.back() = whole - (count - 1) * size;
  return apply_several(Split{d, std::move(sizes)}, x);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, AsDim dim) {
  check_defined("split", x);
  const std::size_t d = wrap_dim("split", dim, x.shape().size());
  const std::int64_t whole = x.shape()[d];
  std::int64_t total = 0;
  for (const std::int64_t size : sizes) {
    check<ShapeError>(size >= 0, "split: a part of size {}", size);
    total = checked_add("split", total, size);
  }
  check<ShapeError>(total == whole, "split: the sizes add up to {}, dim {} of shape {} has {}",
                    total, dim, x.shape(), whole);
  return in_name_of("split", [&] { return apply_several(Split{d, sizes}, x); });
}

std::vector<Tensor> unbind(const Tensor& x, AsDim dim) {
  check_defined("unbind", x, dim);
  return apply_several(Unbind{wrap_dim("unbind", dim, x.shape().size())}, x);
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t count, AsDim dim) {
  check_defined("chunk", x);
  check<ShapeError>(count > 0, "chunk: {} parts; there must be at least one", count);
  const std::size_t d = wrap_dim("chunk", dim, x.shape().size());
  const std::int64_t whole = x.shape()[d];
  // As in PyTorch, of nothing as many parts as were asked for.
  if (whole == 0) {
    auto sizes = in_name_of("chunk", [&] { return repeated(count, 0); });
    return apply_several(Split{d, std::move(sizes)}, x);
  }
  const std::int64_t size = whole / count + (whole % count != 0);  // without overflow
  return split(x, size, dim);
}

}  // namespace tapegrad
