#include "tapegrad/ops/convolution/fold.hpp"

#include <algorithm>
#include <array>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/sizes.hpp"
#include "kernels/fold.hpp"
#include "ops/convolution/windows.hpp"
#include "ops/floating.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

using Pair = std::array<std::int64_t, 2>;

/// How the kernel moves.
struct Moved {
  Pair kernel, dilation, before, stride;
  std::int64_t elements() const { return kernel[0] * kernel[1]; }
  /// Of an image of this size.
  Pair places(const Pair& size) const {
    Pair count;
    for (std::size_t d = 0; d < 2; ++d) {
      const std::int64_t reached = dilation[d] * (kernel[d] - 1) + 1;
      count[d] = (size[d] + 2 * before[d] - reached) / stride[d] + 1;
    }
    return count;
  }
  Folding on(std::int64_t planes, const Pair& size) const {
    return {planes, size, kernel, places(size), stride, before, dilation};
  }
  void attributes(AttributeList& list) const {
    const auto pair = [&](std::string_view name, const Pair& p) { list(name, Dims{p[0], p[1]}); };
    pair("kernel_size", kernel);
    pair("dilation", dilation);
    pair("padding", before);
    pair("stride", stride);
  }
};

Tensor unfolded(const Moved& moved, const Tensor& x);
Tensor folded(const Moved& moved, const Pair& size, const Tensor& x);

struct Unfolded {
  static constexpr std::string_view name = "im2col";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Moved moved;
  void attributes(AttributeList& list) const { moved.attributes(list); }
  Meta result(const Tensor& x) const {
    const Pair count = moved.places({x.size(2), x.size(3)});
    return {x.dtype(), {x.size(0), x.size(1) * moved.elements(), count[0] * count[1]}};
  }
  void into(const Tensor& y, const Tensor& x) const {
    const Tensor dense = x.contiguous();
    unfold_planes(ref(y), ref(dense), moved.on(x.size(0) * x.size(1), {x.size(2), x.size(3)}));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {folded(moved, {s.shape(0)[2], s.shape(0)[3]}, g)};
  }
};

struct Folded {
  static constexpr std::string_view name = "col2im";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Moved moved;
  Pair size;
  void each_size(const auto& f) { std::for_each(size.begin(), size.end(), f); }
  void attributes(AttributeList& list) const {
    list("output_size", Dims{size[0], size[1]});
    moved.attributes(list);
  }
  Meta result(const Tensor& x) const {
    return {x.dtype(), {x.size(0), x.size(1) / moved.elements(), size[0], size[1]}};
  }
  void into(const Tensor& y, const Tensor& x) const {
    const Tensor dense = x.contiguous();
    fold_planes(ref(y), ref(dense), moved.on(y.size(0) * y.size(1), size));
  }
  Grads vjp(const Saved&, const Tensor& g) const { return {unfolded(moved, g)}; }
};

Tensor unfolded(const Moved& moved, const Tensor& x) { return apply(Unfolded{moved}, x); }
Tensor folded(const Moved& moved, const Pair& size, const Tensor& x) {
  return apply(Folded{moved, size}, x);
}

Pair two(std::string_view name, std::string_view what, const Dims& given, std::int64_t least) {
  const Dims both = for_each_dim(name, what, given, 2, least);
  return {both[0], both[1]};
}

Moved moved_of(std::string_view name, const Dims& kernel_size, const nn::FoldOptions& o) {
  const Moved moved{two(name, "kernel_size", kernel_size, 1), two(name, "dilation", o.dilation, 1),
                    two(name, "padding", o.padding, 0), two(name, "stride", o.stride, 1)};
  checked_mul(name, moved.kernel[0], moved.kernel[1]);
  return moved;
}

/// Throws unless the kernel has a place in an image of this size.
void check_places(std::string_view name, const Moved& moved, const Pair& size) {
  for (std::size_t d = 0; d < 2; ++d) {
    const std::int64_t all =
        checked_add(name, size[d], checked_mul(name, std::int64_t{2}, moved.before[d]));
    const std::int64_t reached = reach(name, moved.kernel[d], moved.dilation[d]);
    check<ShapeError>(reached <= all,
                      "{}: a kernel that reaches over {} in a dimension of {}, padding included",
                      name, reached, all);
  }
}

}  // namespace

Tensor nn::unfold(const Tensor& x, const Dims& kernel_size, const FoldOptions& options) {
  check_defined("unfold", x);
  check_image("unfold", x, 2);
  check_floating("unfold", x);
  const Moved moved = moved_of("unfold", kernel_size, options);
  check_places("unfold", moved, {x.size(-2), x.size(-1)});
  const Pair count = moved.places({x.size(-2), x.size(-1)});
  checked_mul("unfold", count[0], count[1]);
  checked_mul("unfold", x.size(-3), moved.elements());
  const Tensor y = unfolded(moved, as_batch(x, 2));
  return x.dim() == 3 ? y.squeeze(0) : y;
}

Tensor nn::fold(const Tensor& x, const Dims& output_size, const Dims& kernel_size,
                const FoldOptions& options) {
  check_defined("fold", x);
  check<ShapeError>(x.dim() == 2 || x.dim() == 3,
                    "fold: x is {}; it needs [n, channels kernel elements, places], or no n",
                    x.shape());
  check_floating("fold", x);
  const Pair size = two("fold", "output_size", output_size, 1);
  const Moved moved = moved_of("fold", kernel_size, options);
  check_places("fold", moved, size);
  const Pair count = moved.places(size);
  check<ShapeError>(
      x.size(-2) % moved.elements() == 0 && x.size(-1) == checked_mul("fold", count[0], count[1]),
      "fold: x is {}; of an image of {} the kernel of {} has {} places of {} elements "
      "of each channel",
      x.shape(), Dims{size[0], size[1]}, kernel_size, count[0] * count[1], moved.elements());
  const bool single = x.dim() == 2;
  const Tensor y = folded(moved, size, single ? x.unsqueeze(0) : x);
  return single ? y.squeeze(0) : y;
}

}  // namespace tapegrad
