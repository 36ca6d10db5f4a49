#include "tapegrad/ops/convolution/unpool.hpp"

#include <string_view>

#include "core/check.hpp"
#include "core/sizes.hpp"
#include "core/speaking.hpp"
#include "ops/convolution/windows.hpp"
#include "ops/floating.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index/scatter.hpp"

namespace tapegrad {
namespace {

/// The sizes behind the channels.
Dims sizes_of(std::string_view name, const Tensor& x, const Dims& kernel_size,
              const nn::MaxUnpoolOptions& o, std::size_t rank) {
  if (!o.output_size.empty()) return for_each_dim(name, "output_size", o.output_size, rank, 1);
  const Dims kernel = for_each_dim(name, "kernel_size", kernel_size, rank, 1);
  const Dims stride = o.stride.empty() ? kernel : for_each_dim(name, "stride", o.stride, rank, 1);
  const Dims padding = for_each_dim(name, "padding", o.padding, rank, 0);
  Dims sizes{};
  for (std::size_t d = 0; d < rank; ++d) {
    const std::int64_t n = x.size(static_cast<std::int64_t>(d) - static_cast<std::int64_t>(rank));
    const std::int64_t begun = checked_mul(name, n - 1, stride[d]);
    const std::int64_t twice = checked_mul(name, std::int64_t{2}, padding[d]);
    const std::int64_t size = checked_add(name, begun, kernel[d]) - twice;
    check<ShapeError>(size >= 1, "{}: {} elements, a stride of {} and a padding of {} leave {}",
                      name, n, stride[d], padding[d], size);
    sizes.push_back(size);
  }
  return sizes;
}

Tensor unpooled(std::string_view name, const Tensor& x, const Tensor& indices,
                const Dims& kernel_size, const nn::MaxUnpoolOptions& options, std::size_t rank) {
  check_defined(name, x, indices);
  check_image(name, x, rank);
  check_floating(name, x);
  check<ShapeError>(indices.shape() == x.shape(),
                    "{}: x is {}, indices are {}; both have one shape", name, x.shape(),
                    indices.shape());
  check<DTypeError>(!is_floating(indices.dtype()) && indices.dtype() != boolean,
                    "{}: indices are {}, not integers; convert them with to(int64)", name,
                    indices.dtype());
  const Dims sizes = sizes_of(name, x, kernel_size, options, rank);
  return speaking_as(name, [&] {
    const Tensor planes = as_batch(x, rank).flatten(2);
    std::int64_t plane = 1;
    Shape shape{planes.size(0), planes.size(1)};
    for (const std::int64_t size : sizes) {
      plane = checked_mul(name, plane, size);
      shape.push_back(size);
    }
    const Tensor none = zeros({planes.size(0), planes.size(1), plane}, {.dtype = x.dtype()});
    const Tensor places = as_batch(indices, rank).flatten(2).to(int64);
    return as_before(scatter(none, 2, places, planes).reshape(shape), x);
  });
}

}  // namespace

namespace nn {

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const Dims& kernel_size,
                    const MaxUnpoolOptions& options) {
  return unpooled("max_unpool1d", x, indices, kernel_size, options, 1);
}
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const Dims& kernel_size,
                    const MaxUnpoolOptions& options) {
  return unpooled("max_unpool2d", x, indices, kernel_size, options, 2);
}
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const Dims& kernel_size,
                    const MaxUnpoolOptions& options) {
  return unpooled("max_unpool3d", x, indices, kernel_size, options, 3);
}

}  // namespace nn
}  // namespace tapegrad
