#include "tapegrad/ops/convolution/conv.hpp"

#include "ops/convolution/convolved.hpp"
#include "ops/convolution/windows.hpp"

namespace tapegrad {
namespace {

void check_factors(std::string_view name, const Tensor& x, const Tensor& w, const Tensor& bias,
                   std::size_t rank) {
  check_defined(name, x, w);
  check_image(name, x, rank);
  check<ShapeError>(w.shape().size() == rank + 2,
                    "{}: weight is {}; it needs two numbers of channels and {} sizes", name,
                    w.shape(), rank);
  check<DTypeError>(x.dtype() == w.dtype() && is_floating(x.dtype()),
                    "{}: x is {}, weight is {}; both must have one floating-point type: convert "
                    "one with to()",
                    name, x.dtype(), w.dtype());
  for (std::size_t d = 2; d < w.shape().size(); ++d) {
    check<ShapeError>(w.shape()[d] > 0, "{}: weight is {}; a kernel has at least one element", name,
                      w.shape());
  }
  check<DTypeError>(!bias.defined() || bias.dtype() == w.dtype(),
                    "{}: bias is {}, weight is {}; convert one with to()", name,
                    bias.defined() ? bias.dtype() : w.dtype(), w.dtype());
}

/// `channels` of the image are those of `weight`, which are cut into groups.
void check_channels(std::string_view name, const Tensor& x, const Tensor& w, std::size_t rank,
                    std::int64_t wanted, std::int64_t groups) {
  const std::int64_t channels = x.shape()[x.shape().size() - rank - 1];
  check<Error>(groups >= 1 && w.shape()[0] % groups == 0,
               "{}: {} groups of a weight of {}; they must divide its first size", name, groups,
               w.shape());
  check<ShapeError>(channels == wanted,
                    "{}: x is {}, weight is {}, and there are {} groups; x needs {} channels", name,
                    x.shape(), w.shape(), groups, wanted);
}

void check_bias(std::string_view name, const Tensor& bias, std::int64_t channels) {
  if (!bias.defined()) return;
  check<ShapeError>(bias.shape() == Shape{channels},
                    "{}: bias is {}; it needs one number for each of {} channels", name,
                    bias.shape(), channels);
}

/// Where "same" begins, and what there is in each dimension with all zeros.
struct Padded {
  Dims before, sizes;
};

Padded padded(std::string_view name, const Dims& sizes, const Tensor& w, const Moves& moves,
              const nn::ConvPadding& padding) {
  const std::size_t rank = sizes.size();
  Padded result{Dims(rank, 0), sizes};
  if (!padding.keeps_size()) {
    result.before = for_each_dim(name, "padding", padding.zeros(), rank, 0);
  }
  for (std::size_t d = 0; d < rank; ++d) {
    std::int64_t all = checked_mul(name, 2, result.before[d]);
    if (padding.keeps_size()) {
      check<Error>(moves.stride[d] == 1, "{}: padding \"same\" with stride {}; it must be 1", name,
                   moves.stride);
      all = reach(name, w.shape()[d + 2], moves.dilation[d]) - 1;
      result.before[d] = all / 2;
    }
    result.sizes[d] = checked_add(name, sizes[d], all);
  }
  return result;
}

Tensor conv(std::string_view name, std::size_t rank, const Tensor& x, const Tensor& w,
            const Tensor& bias, const nn::ConvOptions& options) {
  check_factors(name, x, w, bias, rank);
  const std::int64_t groups = options.groups;
  check_channels(name, x, w, rank, checked_mul(name, w.shape()[1], groups), groups);
  check_bias(name, bias, w.shape()[0]);
  Moves moves{for_each_dim(name, "stride", options.stride, rank, 1),
              {},
              for_each_dim(name, "dilation", options.dilation, rank, 1),
              groups};
  const Tensor images = as_batch(x, rank);
  const Dims sizes = std::span(images.shape().begin() + 2, images.shape().end());
  const Padded all = padded(name, sizes, w, moves, options.padding);
  moves.before = all.before;
  Dims places(rank, 0);
  for (std::size_t d = 0; d < rank; ++d) {
    const std::int64_t over = all.sizes[d] - reach(name, w.shape()[d + 2], moves.dilation[d]);
    check<ShapeError>(over >= 0,
                      "{}: a kernel of {} with dilation {} is larger than x of {} with padding {}",
                      name, w.shape(), moves.dilation, x.shape(), moves.before);
    places[d] = over / moves.stride[d] + 1;
  }
  return as_before(convolved(images, w, bias, moves, places), x);
}

/// How long the result of a transposed convolution is along dimension d.
std::int64_t length_of(std::string_view name, std::int64_t size, std::int64_t kernel,
                       const Moves& m, std::int64_t more, std::size_t d) {
  check<Error>(more < m.stride[d] || more < m.dilation[d],
               "{}: output_padding {} with stride {} and dilation {}; it must be below one of them",
               name, more, m.stride, m.dilation);
  const std::int64_t moved = checked_mul(name, size - 1, m.stride[d]);
  const std::int64_t far = checked_add(name, moved, reach(name, kernel, m.dilation[d]));
  const std::int64_t cut = checked_mul(name, 2, m.before[d]);
  const std::int64_t length = checked_add(name, checked_sub(name, far, cut), more);
  check<ShapeError>(size > 0 && length > 0,
                    "{}: a result of {} elements in dimension {}, from {} with padding {}", name,
                    length, d, size, m.before);
  return length;
}

Tensor conv_transpose(std::string_view name, std::size_t rank, const Tensor& x, const Tensor& w,
                      const Tensor& bias, const nn::ConvTransposeOptions& options) {
  check_factors(name, x, w, bias, rank);
  check_channels(name, x, w, rank, w.shape()[0], options.groups);
  check_bias(name, bias, checked_mul(name, w.shape()[1], options.groups));
  const Moves moves{for_each_dim(name, "stride", options.stride, rank, 1),
                    for_each_dim(name, "padding", options.padding, rank, 0),
                    for_each_dim(name, "dilation", options.dilation, rank, 1), options.groups};
  const Dims more = for_each_dim(name, "output_padding", options.output_padding, rank, 0);
  const Tensor images = as_batch(x, rank);
  Dims sizes(rank, 0);
  for (std::size_t d = 0; d < rank; ++d) {
    sizes[d] = length_of(name, images.shape()[d + 2], w.shape()[d + 2], moves, more[d], d);
  }
  return as_before(convolved_back(images, w, bias, moves, sizes), x);
}

}  // namespace

namespace nn {

ConvPadding::ConvPadding(std::string_view word) : same_(word == "same") {
  check<Error>(same_ || word == "valid", "conv: padding \"{}\"; use \"same\" or \"valid\"", word);
}

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
              const ConvOptions& options) {
  return conv("conv1d", 1, x, weight, bias, options);
}
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
              const ConvOptions& options) {
  return conv("conv2d", 2, x, weight, bias, options);
}
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
              const ConvOptions& options) {
  return conv("conv3d", 3, x, weight, bias, options);
}

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions& options) {
  return conv_transpose("conv_transpose1d", 1, x, weight, bias, options);
}
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions& options) {
  return conv_transpose("conv_transpose2d", 2, x, weight, bias, options);
}
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions& options) {
  return conv_transpose("conv_transpose3d", 3, x, weight, bias, options);
}

}  // namespace nn

}  // namespace tapegrad
