// Convolutions as layers: weights that the functions of ops/convolution/conv.hpp are called with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/hints.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/convolution/conv.hpp"
#include "tapegrad/ops/shape/pad.hpp"
#include "tapegrad/random.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct ConvLayerOptions {
  tapegrad::detail::ByName by_name = {};
  Dims stride = 1;
  ConvPadding padding = 0;
  Dims dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  /// What there is beyond the edges: `constant` are zeros.
  PadMode padding_mode = PadMode::constant;
  DType dtype = float32;
  /// What the parameters are drawn from.
  Generator& generator = default_generator();
};

struct ConvTransposeLayerOptions {
  tapegrad::detail::ByName by_name = {};
  Dims stride = 1;
  Dims padding = 0;
  Dims output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Dims dilation = 1;
  DType dtype = float32;
  Generator& generator = default_generator();
};

namespace detail {

/// What all convolutions are besides their forward(). Weight and bias begin uniform on
/// +-1/sqrt(n), n being the elements of the weight behind its first dimension, as PyTorch's do.
class Convolution : public Layer {
 public:
  Parameter
      weight;      ///< [out, in / groups, kernel...]; of a transpose [in, out / groups, kernel...]
  Parameter bias;  ///< [out], or undefined

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& x) const override { return forward_with(x, kernels()); }
  /// forward() with another weight, of any origin, and this bias.
  virtual Tensor forward_with(const Tensor& x, const Tensor& other) const = 0;
  std::string extra_repr() const override;

 protected:
  struct Sizes {
    std::string_view name;
    std::size_t rank;
    std::int64_t in, out;
    Dims kernel;
  };
  Convolution(const Sizes& sizes, const ConvLayerOptions& options);
  Convolution(const Sizes& sizes, const ConvTransposeLayerOptions& options);

  /// The weight, unless the layer was moved from.
  const Parameter& kernels() const;
  /// x with what is beyond its edges, where that isn't zeros.
  Tensor with_edges(const Tensor& x) const;
  const ConvOptions& moves() const { return moves_; }
  const ConvTransposeOptions& moves_back() const { return moves_back_; }

 private:
  struct Parameters;
  void make(const Sizes& sizes, const Parameters& parameters);

  std::string text_;
  PadMode mode_ = PadMode::constant;
  std::vector<std::int64_t> edges_;
  ConvOptions moves_;
  ConvTransposeOptions moves_back_;
};

}  // namespace detail

// Numbers in the place of the options are the stride, the padding, the dilation (of a transpose the
// output_padding) and the groups: Conv2d(1, 32, 3, 1). Lists are named, {.stride = {2, 1}}.
// Each throws ShapeError for a negative number of channels or a kernel without elements, DTypeError
// for integer parameters, Error for options that don't fit, and what its function throws.

/// conv1d() of ops/convolution.hpp: [n, in, size] -> [n, out, places].
class Conv1d : public detail::Convolution {
 public:
  Conv1d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
         const ConvLayerOptions& options = {});
  template <tapegrad::detail::Integral T>
  Conv1d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size, T stride,
         const ConvPadding& padding = 0, AsSize dilation = 1, AsSize groups = 1)
      : Conv1d(
            in_channels, out_channels, kernel_size,
            ConvLayerOptions{
                .stride = stride, .padding = padding, .dilation = {dilation}, .groups = groups}) {}
  Tensor forward_with(const Tensor& x, const Tensor& other) const override;
};

/// conv2d(): [n, in, height, width] -> [n, out, ...].
class Conv2d : public detail::Convolution {
 public:
  Conv2d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
         const ConvLayerOptions& options = {});
  template <tapegrad::detail::Integral T>
  Conv2d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size, T stride,
         const ConvPadding& padding = 0, AsSize dilation = 1, AsSize groups = 1)
      : Conv2d(
            in_channels, out_channels, kernel_size,
            ConvLayerOptions{
                .stride = stride, .padding = padding, .dilation = {dilation}, .groups = groups}) {}
  Tensor forward_with(const Tensor& x, const Tensor& other) const override;
};

/// conv3d(): [n, in, depth, height, width] -> [n, out, ...].
class Conv3d : public detail::Convolution {
 public:
  Conv3d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
         const ConvLayerOptions& options = {});
  template <tapegrad::detail::Integral T>
  Conv3d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size, T stride,
         const ConvPadding& padding = 0, AsSize dilation = 1, AsSize groups = 1)
      : Conv3d(
            in_channels, out_channels, kernel_size,
            ConvLayerOptions{
                .stride = stride, .padding = padding, .dilation = {dilation}, .groups = groups}) {}
  Tensor forward_with(const Tensor& x, const Tensor& other) const override;
};

/// conv_transpose1d() of ops/convolution.hpp: [n, in, size] -> [n, out, length].
class ConvTranspose1d : public detail::Convolution {
 public:
  ConvTranspose1d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
                  const ConvTransposeLayerOptions& options = {});
  template <tapegrad::detail::Integral T>
  ConvTranspose1d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size, T stride,
                  const Dims& padding = 0, AsSize output_padding = 0, AsSize groups = 1)
      : ConvTranspose1d(in_channels, out_channels, kernel_size,
                        ConvTransposeLayerOptions{.stride = stride,
                                                  .padding = padding,
                                                  .output_padding = {output_padding},
                                                  .groups = groups}) {}
  Tensor forward_with(const Tensor& x, const Tensor& other) const override;
};

/// conv_transpose2d(): [n, in, height, width] -> [n, out, ...].
class ConvTranspose2d : public detail::Convolution {
 public:
  ConvTranspose2d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
                  const ConvTransposeLayerOptions& options = {});
  template <tapegrad::detail::Integral T>
  ConvTranspose2d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size, T stride,
                  const Dims& padding = 0, AsSize output_padding = 0, AsSize groups = 1)
      : ConvTranspose2d(in_channels, out_channels, kernel_size,
                        ConvTransposeLayerOptions{.stride = stride,
                                                  .padding = padding,
                                                  .output_padding = {output_padding},
                                                  .groups = groups}) {}
  Tensor forward_with(const Tensor& x, const Tensor& other) const override;
};

/// conv_transpose3d(): [n, in, depth, height, width] -> [n, out, ...].
class ConvTranspose3d : public detail::Convolution {
 public:
  ConvTranspose3d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size,
                  const ConvTransposeLayerOptions& options = {});
  template <tapegrad::detail::Integral T>
  ConvTranspose3d(AsSize in_channels, AsSize out_channels, const Dims& kernel_size, T stride,
                  const Dims& padding = 0, AsSize output_padding = 0, AsSize groups = 1)
      : ConvTranspose3d(in_channels, out_channels, kernel_size,
                        ConvTransposeLayerOptions{.stride = stride,
                                                  .padding = padding,
                                                  .output_padding = {output_padding},
                                                  .groups = groups}) {}
  Tensor forward_with(const Tensor& x, const Tensor& other) const override;
};

}  // namespace nn
}  // namespace tapegrad
