#include "tapegrad/nn/conv.hpp"

#include <cmath>

#include "core/check.hpp"
#include "nn/python_text.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::nn {
namespace {

/// One number for each dimension.
Dims each(std::string_view name, std::string_view what, const Dims& given, std::size_t rank) {
  check<Error>(given.size() == 1 || given.size() == rank,
               "{}: {} is {}; give one number, or one for each of {} dimensions", name, what, given,
               rank);
  return given.size() == rank ? given : Dims(rank, given[0]);
}

/// ", stride=(1, 1)", or nothing where all numbers are the usual one.
std::string unless(std::int64_t usual, std::string_view what, const Dims& numbers) {
  const bool is_usual = numbers == Dims(numbers.size(), usual);
  return is_usual ? "" : fmt::format(", {}={}", what, tuple_text(numbers));
}

std::string_view name_of(PadMode mode) {
  switch (mode) {
    case PadMode::reflect:
      return "reflect";
    case PadMode::replicate:
      return "replicate";
    case PadMode::circular:
      return "circular";
    default:
      return "zeros";
  }
}

/// What pad() takes for what a convolution would see of zeros.
std::vector<std::int64_t> edges(const ConvPadding& padding, const Dims& kernel,
                                const Dims& dilation) {
  std::vector<std::int64_t> widths;
  for (std::size_t d = kernel.size(); d-- > 0;) {
    const std::int64_t all = padding.keeps_size() ? dilation[d] * (kernel[d] - 1) : 0;
    const Dims& zeros = padding.zeros();
    const std::int64_t given = zeros.size() == 1 ? zeros[0] : zeros[d];
    widths.push_back(padding.keeps_size() ? all / 2 : given);
    widths.push_back(padding.keeps_size() ? all - all / 2 : given);
  }
  return widths;
}

}  // namespace

namespace detail {

struct Convolution::Parameters {
  std::int64_t first, second;  ///< of the weight
  std::int64_t groups;
  bool bias;
  DType dtype;
  Generator& generator;
};

void Convolution::make(const Sizes& sizes, const Parameters& p) {
  const std::string_view name = sizes.name;
  check<ShapeError>(sizes.in >= 0 && sizes.out >= 0,
                    "{}: {} channels in, {} out; sizes are not negative", name, sizes.in,
                    sizes.out);
  check<Error>(p.groups >= 1 && sizes.in % p.groups == 0 && sizes.out % p.groups == 0,
               "{}: {} groups of {} channels in, {} out; they must divide both", name, p.groups,
               sizes.in, sizes.out);
  check_dtype(name, p.dtype);
  check<DTypeError>(is_floating(p.dtype), "{}: {} parameters; use float32 or float64", name,
                    p.dtype);
  const Dims kernel = each(name, "kernel_size", sizes.kernel, sizes.rank);
  Shape shape{p.first, p.second / p.groups};
  for (const std::int64_t size : kernel) {
    check<ShapeError>(size >= 1, "{}: kernel_size is {}; it has at least one element", name,
                      kernel);
    shape.push_back(size);
  }
  weight = empty(shape, {.dtype = p.dtype});
  init::kaiming_uniform_(weight, {.a = std::sqrt(5.0)}, p.generator);
  if (p.bias) {
    const double fan = weight.numel() > 0 ? init::calculate_fans(weight).in : 0;
    const double bound = fan > 0 ? 1 / std::sqrt(fan) : 0;
    bias = empty({sizes.out}, {.dtype = p.dtype});
    init::uniform_(bias, -bound, bound, p.generator);
  }
  text_ = fmt::format("{}, {}, kernel_size={}", sizes.in, sizes.out, tuple_text(kernel));
}

Convolution::Convolution(const Sizes& sizes, const ConvLayerOptions& options)
    : mode_(options.padding_mode) {
  const auto numbers = [&](std::string_view what, const Dims& given) {
    return each(sizes.name, what, given, sizes.rank);
  };
  make(sizes,
       {sizes.out, sizes.in, options.groups, options.bias, options.dtype, options.generator});
  const bool same = options.padding.keeps_size();
  moves_ = {.stride = numbers("stride", options.stride),
            .padding = same ? options.padding : numbers("padding", options.padding.zeros()),
            .dilation = numbers("dilation", options.dilation),
            .groups = options.groups};
  text_ += fmt::format(", stride={}", tuple_text(moves_.stride));
  text_ += same ? ", padding=same" : unless(0, "padding", moves_.padding.zeros());
  text_ += unless(1, "dilation", moves_.dilation);
  if (options.groups != 1) text_ += fmt::format(", groups={}", options.groups);
  if (!options.bias) text_ += ", bias=False";
  if (mode_ == PadMode::constant) return;
  text_ += fmt::format(", padding_mode={}", name_of(mode_));
  edges_ = edges(moves_.padding, numbers("kernel_size", sizes.kernel), moves_.dilation);
  moves_.padding = 0;
}

Convolution::Convolution(const Sizes& sizes, const ConvTransposeLayerOptions& options) {
  const auto numbers = [&](std::string_view what, const Dims& given) {
    return each(sizes.name, what, given, sizes.rank);
  };
  make(sizes,
       {sizes.in, sizes.out, options.groups, options.bias, options.dtype, options.generator});
  moves_back_ = {.stride = numbers("stride", options.stride),
                 .padding = numbers("padding", options.padding),
                 .output_padding = numbers("output_padding", options.output_padding),
                 .groups = options.groups,
                 .dilation = numbers("dilation", options.dilation)};
  text_ += fmt::format(", stride={}", tuple_text(moves_back_.stride));
  text_ += unless(0, "padding", moves_back_.padding);
  text_ += unless(1, "dilation", moves_back_.dilation);
  text_ += unless(0, "output_padding", moves_back_.output_padding);
  if (options.groups != 1) text_ += fmt::format(", groups={}", options.groups);
  if (!options.bias) text_ += ", bias=False";
}

void Convolution::visit(Visitor& v) {
  v("weight", weight);
  v("bias", bias);
}

std::string Convolution::extra_repr() const { return weight.defined() ? text_ : "moved from"; }

const Parameter& Convolution::kernels() const {
  check<Error>(weight.defined(), "{}: it has no weight: it was moved from", name());
  return weight;
}

Tensor Convolution::with_edges(const Tensor& x) const {
  return mode_ == PadMode::constant || !x.defined() ? x : pad(x, edges_, mode_);
}

}  // namespace detail

Conv1d::Conv1d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
               const ConvLayerOptions& options)
    : Convolution({"Conv1d", 1, in_channels, out_channels, kernel_size}, options) {}
Conv2d::Conv2d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
               const ConvLayerOptions& options)
    : Convolution({"Conv2d", 2, in_channels, out_channels, kernel_size}, options) {}
Conv3d::Conv3d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
               const ConvLayerOptions& options)
    : Convolution({"Conv3d", 3, in_channels, out_channels, kernel_size}, options) {}

Tensor Conv1d::forward_with(const Tensor& x, const Tensor& other) const {
  return conv1d(with_edges(x), other, bias, moves());
}
Tensor Conv2d::forward_with(const Tensor& x, const Tensor& other) const {
  return conv2d(with_edges(x), other, bias, moves());
}
Tensor Conv3d::forward_with(const Tensor& x, const Tensor& other) const {
  return conv3d(with_edges(x), other, bias, moves());
}

ConvTranspose1d::ConvTranspose1d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
                                 const ConvTransposeLayerOptions& options)
    : Convolution({"ConvTranspose1d", 1, in_channels, out_channels, kernel_size}, options) {}
ConvTranspose2d::ConvTranspose2d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
                                 const ConvTransposeLayerOptions& options)
    : Convolution({"ConvTranspose2d", 2, in_channels, out_channels, kernel_size}, options) {}
ConvTranspose3d::ConvTranspose3d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
                                 const ConvTransposeLayerOptions& options)
    : Convolution({"ConvTranspose3d", 3, in_channels, out_channels, kernel_size}, options) {}

Tensor ConvTranspose1d::forward_with(const Tensor& x, const Tensor& other) const {
  return conv_transpose1d(x, other, bias, moves_back());
}
Tensor ConvTranspose2d::forward_with(const Tensor& x, const Tensor& other) const {
  return conv_transpose2d(x, other, bias, moves_back());
}
Tensor ConvTranspose3d::forward_with(const Tensor& x, const Tensor& other) const {
  return conv_transpose3d(x, other, bias, moves_back());
}

}  // namespace tapegrad::nn
