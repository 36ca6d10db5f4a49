#include "tapegrad/ops/shape/stacks.hpp"

#include "core/check.hpp"
#include "core/speaking.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/ops/shape/join.hpp"
#include "tapegrad/ops/shape/pad.hpp"

namespace tapegrad {
namespace {

/// f of each of them.
template <class F>
std::vector<Tensor> each(std::string_view operation, const std::vector<Tensor>& tensors,
                         const F& f) {
  check_defined(operation, tensors);
  check<ShapeError>(!tensors.empty(), "{}: the list has no tensor", operation);
  std::vector<Tensor> result;
  for (const Tensor& x : tensors) result.push_back(f(x));
  return result;
}

Tensor at_least_1d(const Tensor& x) { return x.dim() == 0 ? x.unsqueeze(0) : x; }
Tensor at_least_2d(const Tensor& x) { return x.dim() < 2 ? at_least_1d(x).unsqueeze(0) : x; }
Tensor at_least_3d(const Tensor& x) { return x.dim() < 3 ? at_least_2d(x).unsqueeze(2) : x; }

}  // namespace

Tensor vstack(const std::vector<Tensor>& tensors) {
  const std::vector<Tensor> parts = each("vstack", tensors, at_least_2d);
  return speaking_as("vstack", [&] { return cat(parts, 0); });
}

Tensor hstack(const std::vector<Tensor>& tensors) {
  const std::vector<Tensor> parts = each("hstack", tensors, at_least_1d);
  return speaking_as("hstack", [&] { return cat(parts, parts[0].dim() == 1 ? 0 : 1); });
}

Tensor dstack(const std::vector<Tensor>& tensors) {
  const std::vector<Tensor> parts = each("dstack", tensors, at_least_3d);
  return speaking_as("dstack", [&] { return cat(parts, 2); });
}

Tensor block_diag(const std::vector<Tensor>& tensors) {
  std::int64_t width = 0;
  const std::vector<Tensor> blocks = each("block_diag", tensors, [&](const Tensor& x) {
    check<ShapeError>(x.dim() <= 2, "block_diag: needs matrices: shape {}", x.shape());
    const Tensor block = at_least_2d(x);
    width += block.size(1);
    return block;
  });
  std::vector<Tensor> rows;
  std::int64_t before = 0;
  for (const Tensor& block : blocks) {
    rows.push_back(pad(block, {before, width - before - block.size(1)}));
    before += block.size(1);
  }
  return cat(rows, 0);
}

}  // namespace tapegrad
