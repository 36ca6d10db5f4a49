#include "tapegrad/ops/shape/axes.hpp"

#include <array>

#include "core/check.hpp"
#include "core/layout.hpp"
#include "core/speaking.hpp"
#include "core/tensor_impl.hpp"
#include "ops/broadcast.hpp"

namespace tapegrad {
namespace {

using Flags = std::array<bool, max_rank>;

/// Marks a dim; throws IndexError for one that is out of range or marked.
std::size_t marked(std::string_view operation, Flags& flags, std::int64_t dim, std::size_t rank) {
  const std::size_t d = wrap_dim(operation, dim, rank);
  check<IndexError>(!flags[d], "{}: dim {} is given twice", operation, dim);
  flags[d] = true;
  return d;
}

}  // namespace

Tensor movedim(const Tensor& x, const Dims& from, const Dims& to) {
  check_defined("movedim", x, from, to);
  check<ShapeError>(from.size() == to.size(), "movedim: {} dims to {} places: {} and {}",
                    from.size(), to.size(), from, to);
  const std::size_t rank = x.shape().size();
  Flags moves{};
  Flags taken{};
  Dims order = Dims(x.shape());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::size_t d = marked("movedim", moves, from[i], rank);
    order[marked("movedim", taken, to[i], rank)] = static_cast<std::int64_t>(d);
  }
  std::size_t next = 0;
  for (std::size_t place = 0; place < rank; ++place) {
    if (taken[place]) continue;
    while (moves[next]) ++next;
    order[place] = static_cast<std::int64_t>(next++);
  }
  return x.permute(order);
}

Tensor swapaxes(const Tensor& x, AsDim a, AsDim b) {
  check_defined("swapaxes", x, a, b);
  return speaking_as("swapaxes", [&] { return x.transpose(a, b); });
}

Tensor unflatten(const Tensor& x, AsDim dim, const Shape& sizes) {
  check_defined("unflatten", x, dim, sizes);
  const std::size_t d = wrap_dim("unflatten", dim, x.shape().size());
  check<ShapeError>(!sizes.empty(), "unflatten: no size in the place of dimension {}", d);
  std::int64_t open = -1;
  Shape known = sizes;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] != -1) continue;
    check<ShapeError>(open < 0, "unflatten: more than one -1 in {}", sizes);
    open = static_cast<std::int64_t>(i);
    known[i] = 1;
  }
  const std::int64_t count = speaking_as("unflatten", [&] { return numel(known); });
  if (open >= 0 && count > 0) known[static_cast<std::size_t>(open)] = x.shape()[d] / count;
  check<ShapeError>(numel(known) == x.shape()[d],
                    "unflatten: sizes {} don't hold the {} elements of dimension {}", sizes,
                    x.shape()[d], d);
  return speaking_as("unflatten", [&] {
    Shape to;
    for (std::size_t i = 0; i < x.shape().size(); ++i) {
      if (i != d) to.push_back(x.shape()[i]);
      for (std::size_t k = 0; i == d && k < known.size(); ++k) to.push_back(known[k]);
    }
    return x.view(to);
  });
}

Tensor view_as(const Tensor& x, const Tensor& other) {
  check_defined("view_as", x, other);
  return speaking_as("view_as", [&] { return x.view(other.shape()); });
}

Tensor expand_as(const Tensor& x, const Tensor& other) {
  check_defined("expand_as", x, other);
  return speaking_as("expand_as", [&] { return x.expand(other.shape()); });
}

Tensor reshape_as(const Tensor& x, const Tensor& other) {
  check_defined("reshape_as", x, other);
  return speaking_as("reshape_as", [&] { return x.reshape(other.shape()); });
}

Tensor type_as(const Tensor& x, const Tensor& other) {
  check_defined("type_as", x, other);
  return x.to(other.dtype());
}

Tensor ravel(const Tensor& x) {
  check_defined("ravel", x);
  return speaking_as("ravel", [&] { return x.flatten(); });
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  check_defined("broadcast_to", x, shape);
  return speaking_as("broadcast_to", [&] { return x.expand(shape); });
}

std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors) {
  check_defined("broadcast_tensors", tensors);
  Shape shape;
  for (const Tensor& x : tensors) shape = broadcast_for("broadcast_tensors", shape, x.shape());
  std::vector<Tensor> views;
  for (const Tensor& x : tensors) views.push_back(x.expand(shape));
  return views;
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, Indexing indexing) {
  check_defined("meshgrid", tensors, indexing);
  check<ShapeError>(!tensors.empty(), "meshgrid: the list has no tensor");
  const bool swaps = indexing == Indexing::xy && tensors.size() > 1;
  Shape shape;
  for (const Tensor& x : tensors) {
    check<ShapeError>(x.dim() <= 1, "meshgrid: needs vectors: shape {}", x.shape());
    shape.push_back(x.numel());
  }
  std::vector<Tensor> grids;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    Shape along(shape.size(), 1);
    along[i] = shape[i];
    const Tensor grid = tensors[i].view(along).expand(shape);
    grids.push_back(swaps ? grid.transpose(0, 1) : grid);
  }
  return grids;
}

}  // namespace tapegrad
