// ONNX's convolutions, pools, norms and products with a bias.
#include <algorithm>
#include <cmath>
#include <limits>

#include "onnx/importer.hpp"
#include "tapegrad/ops/convolution.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/normalize.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::onnx {
namespace {

using proto::Integers;

Tensors gemm(const Ask& ask) {
  const Tensor a = ask.integer("transA", 0) != 0 ? ask.x(0).transpose(0, 1) : ask.x(0);
  const Tensor b = ask.integer("transB", 0) != 0 ? ask.x(1).transpose(0, 1) : ask.x(1);
  const double alpha = ask.number("alpha", 1), beta = ask.number("beta", 1);
  if (ask.integer("transB", 0) != 0 && alpha == 1 && beta == 1 && ask.has(2) &&
      ask.x(2).dim() == 1 && ask.x(2).size(0) == b.size(1)) {
    return {nn::linear(a, ask.x(1), ask.x(2))};
  }
  Tensor y = matmul(a, b);
  if (alpha != 1) y = y * alpha;
  if (!ask.has(2) || beta == 0) return {y};
  return {y + (beta == 1 ? ask.x(2) : ask.x(2) * beta)};
}

/// Windows over the dimensions behind the first two.
struct Windows {
  Integers kernel, stride, dilation, before, behind;
  bool ceil = false;
  std::size_t rank() const { return kernel.size(); }
  bool even() const { return before == behind; }
};

/// SAME_UPPER and SAME_LOWER pad until there are as many windows as strides.
void pad_same(const Ask& ask, Windows& w, bool upper) {
  for (std::size_t d = 0; d < w.rank(); ++d) {
    const std::int64_t in = ask.x().shape()[d + 2];
    const std::int64_t reach = w.dilation[d] * (w.kernel[d] - 1) + 1;
    const std::int64_t out = (in + w.stride[d] - 1) / w.stride[d];
    const std::int64_t all = std::max<std::int64_t>((out - 1) * w.stride[d] + reach - in, 0);
    w.before[d] = upper ? all / 2 : all - all / 2;
    w.behind[d] = all - w.before[d];
  }
}

Windows windows_of(const Ask& ask, Integers kernel) {
  const std::size_t rank = kernel.size();
  if (ask.x().shape().size() != rank + 2) {
    ask.refuse(fmt::format("windows of {} dimensions over shape {}", rank, ask.x().shape()));
  }
  Windows w{std::move(kernel),
            ask.integers("strides", Integers(rank, 1)),
            ask.integers("dilations", Integers(rank, 1)),
            Integers(rank, 0),
            Integers(rank, 0),
            ask.integer("ceil_mode", 0) != 0};
  const std::string how = ask.text("auto_pad", "NOTSET");
  const Integers pads = ask.integers("pads", Integers(2 * rank, 0));
  const auto positive = [](std::int64_t size) { return size > 0; };
  if (w.stride.size() != rank || w.dilation.size() != rank || pads.size() != 2 * rank || rank < 1 ||
      rank > 3 || !std::ranges::all_of(w.stride, positive) ||
      !std::ranges::all_of(w.dilation, positive) || !std::ranges::all_of(w.kernel, positive)) {
    ask.refuse("strides, dilations, pads and kernel don't fit each other");
  }
  if (how == "SAME_UPPER" || how == "SAME_LOWER") {
    pad_same(ask, w, how == "SAME_UPPER");
  } else if (how == "NOTSET") {
    std::copy_n(pads.begin(), rank, w.before.begin());
    std::copy_n(pads.begin() + static_cast<std::ptrdiff_t>(rank), rank, w.behind.begin());
  }
  return w;
}

/// x padded where before and behind differ: what is left of the paddings is even.
Tensor padded(const Tensor& x, Windows& w, Scalar value) {
  if (w.even()) return x;
  Integers widths;
  for (std::size_t d = w.rank(); d-- > 0;) {
    widths.push_back(w.before[d]);
    widths.push_back(w.behind[d]);
  }
  w.before = w.behind = Integers(w.rank(), 0);
  return pad(x, widths, value);
}

Integers kernel_of(const Ask& ask) {
  ask.find("kernel_shape");  // the kernels have it
  const Shape& weight = ask.x(1).shape();
  if (weight.size() < 3) ask.refuse(fmt::format("kernels of shape {}", weight));
  return Integers(weight.begin() + 2, weight.end());
}

Tensors conv(const Ask& ask) {
  Windows w = windows_of(ask, kernel_of(ask));
  const Tensor x = padded(ask.x(), w, 0);
  const nn::ConvOptions how{.stride = w.stride,
                            .padding = Dims(w.before),
                            .dilation = w.dilation,
                            .groups = ask.integer("group", 1)};
  if (w.rank() == 1) return {nn::conv1d(x, ask.x(1), ask.maybe(2), how)};
  if (w.rank() == 2) return {nn::conv2d(x, ask.x(1), ask.maybe(2), how)};
  return {nn::conv3d(x, ask.x(1), ask.maybe(2), how)};
}

Tensors conv_transpose(const Ask& ask) {
  const Windows w = windows_of(ask, kernel_of(ask));
  if (!w.even() || ask.find("output_shape") || ask.text("auto_pad", "NOTSET") != "NOTSET") {
    ask.refuse("output_shape, auto_pad and uneven pads are not supported");
  }
  const nn::ConvTransposeOptions how{
      .stride = w.stride,
      .padding = Dims(w.before),
      .output_padding = ask.integers("output_padding", Integers(w.rank(), 0)),
      .groups = ask.integer("group", 1),
      .dilation = w.dilation};
  if (w.rank() == 1) return {nn::conv_transpose1d(ask.x(), ask.x(1), ask.maybe(2), how)};
  if (w.rank() == 2) return {nn::conv_transpose2d(ask.x(), ask.x(1), ask.maybe(2), how)};
  return {nn::conv_transpose3d(ask.x(), ask.x(1), ask.maybe(2), how)};
}

Tensors max_pool(const Ask& ask) {
  if (ask.node.outputs.size() > 1) ask.refuse("the places of the largest are not supported");
  Windows w = windows_of(ask, ask.integers("kernel_shape"));
  const Tensor x = padded(ask.x(), w, -std::numeric_limits<double>::infinity());
  const nn::MaxPoolOptions how{
      .stride = w.stride, .padding = w.before, .dilation = w.dilation, .ceil_mode = w.ceil};
  if (w.rank() == 1) return {nn::max_pool1d(x, w.kernel, how)};
  if (w.rank() == 2) return {nn::max_pool2d(x, w.kernel, how)};
  return {nn::max_pool3d(x, w.kernel, how)};
}

Tensor mean_pool(const Tensor& x, const Windows& w, bool zeros_count) {
  const nn::AvgPoolOptions how{.stride = w.stride,
                               .padding = w.before,
                               .ceil_mode = w.ceil,
                               .count_include_pad = zeros_count};
  if (w.rank() == 1) return nn::avg_pool1d(x, w.kernel, how);
  if (w.rank() == 2) return nn::avg_pool2d(x, w.kernel, how);
  return nn::avg_pool3d(x, w.kernel, how);
}

Tensors average_pool(const Ask& ask) {
  Windows w = windows_of(ask, ask.integers("kernel_shape"));
  if (w.dilation != Integers(w.rank(), 1)) ask.refuse("dilations are not supported");
  const bool zeros_count = ask.integer("count_include_pad", 0) != 0;
  if (w.even() || zeros_count) {
    const Tensor x = padded(ask.x(), w, 0);
    return {mean_pool(x, w, zeros_count)};
  }
  // Sums by counts: means of a padded x, by means of padded ones.
  Windows same = w;
  const Tensor x = padded(ask.x(), w, 0);
  const Tensor there = padded(ones_like(ask.x()), same, 0);
  return {mean_pool(x, w, true) / mean_pool(there, w, true)};
}

/// All dimensions behind the first two.
Dims planes(const Ask& ask) {
  Dims dims;
  for (std::int64_t d = 2; d < ask.dim(); ++d) dims.push_back(d);
  if (dims.size() == 0) ask.refuse(fmt::format("shape {} has no planes", ask.x().shape()));
  return dims;
}

Tensors batch_normalization(const Ask& ask) {
  ask.find("momentum");  // of training
  const bool trained = ask.integer("is_test", 1) == 0 && ask.opset < 7;
  if (ask.node.outputs.size() > 1 || ask.integer("training_mode", 0) != 0 || trained ||
      ask.integer("spatial", 1) == 0) {
    ask.refuse("training is not supported");
  }
  return {nn::batch_norm(ask.x(0), ask.x(3), ask.x(4), ask.x(1), ask.x(2),
                         {.training = false, .eps = ask.number("epsilon", 1e-5)})};
}

Tensors instance_normalization(const Ask& ask) {
  return {nn::instance_norm(ask.x(0), {}, {}, ask.x(1), ask.x(2),
                            {.eps = ask.number("epsilon", 1e-5)})};
}

Tensors layer_normalization(const Ask& ask) {
  ask.find("stash_type");  // nothing is rounded between
  if (ask.node.outputs.size() > 1) ask.refuse("mean and deviation as results are not supported");
  const std::int64_t axis = ask.axis(-1);
  const Shape& shape = ask.x().shape();
  return {nn::layer_norm(ask.x(), Dims(std::span(shape.begin() + axis, shape.end())), ask.x(1),
                         ask.maybe(2), ask.number("epsilon", 1e-5))};
}

Tensors rms_normalization(const Ask& ask) {
  ask.find("stash_type");  // nothing is rounded between
  const std::int64_t axis = ask.axis(-1);
  const Shape& shape = ask.x().shape();
  return {nn::rms_norm(ask.x(), Dims(std::span(shape.begin() + axis, shape.end())), ask.x(1),
                       ask.number("epsilon", 1e-5))};
}

Tensors group_normalization(const Ask& ask) {
  if (ask.opset < 21) ask.refuse("before opset 21 its scale was of groups, which isn't supported");
  return {nn::group_norm(ask.x(), ask.integer("num_groups", 1), ask.x(1), ask.x(2),
                         ask.number("epsilon", 1e-5))};
}

Tensors local_response(const Ask& ask) {
  const std::int64_t size = ask.integer("size", 1);
  return {nn::local_response_norm(ask.x(), size, ask.number("alpha", 1e-4),
                                  ask.number("beta", 0.75), ask.number("bias", 1))};
}

/// Over the images and their planes.
Tensors mean_variance(const Ask& ask) {
  const Dims axes(ask.integers("axes", {0, 2, 3}));
  const Tensor& x = ask.x();
  return {(x - mean(x, axes, keepdim)) / (tapegrad::std(x, axes, keepdim, 0) + 1e-9)};
}

Tensors lp_normalization(const Ask& ask) {
  const double p = static_cast<double>(ask.integer("p", 2));
  const Tensor length = norm(ask.x(), p, {ask.axis(-1)}, keepdim);
  return {ask.x() / where(length == 0, 1, length)};
}

/// As it is where nobody trains.
Tensors dropout(const Ask& ask) {
  for (const auto* name : {"seed", "ratio", "is_test"}) ask.find(name);  // of training
  if (ask.has(2) && ask.scalar(2).to<bool>()) ask.refuse("training is not supported");
  return {ask.x(), ones_like(ask.x()).to(boolean)};
}

}  // namespace

void add_layer_operators(Operators& all) {
  all["Gemm"] = gemm;
  all["Conv"] = conv;
  all["ConvTranspose"] = conv_transpose;
  all["MaxPool"] = max_pool;
  all["AveragePool"] = average_pool;
  all["GlobalAveragePool"] = [](const Ask& ask) {
    return Tensors{mean(ask.x(), planes(ask), keepdim)};
  };
  all["GlobalMaxPool"] = [](const Ask& ask) {
    return Tensors{amax(ask.x(), planes(ask), keepdim)};
  };
  all["BatchNormalization"] = batch_normalization;
  all["InstanceNormalization"] = instance_normalization;
  all["LayerNormalization"] = layer_normalization;
  all["RMSNormalization"] = rms_normalization;
  all["GroupNormalization"] = group_normalization;
  all["MeanVarianceNormalization"] = mean_variance;
  all["LRN"] = local_response;
  all["LpNormalization"] = lp_normalization;
  all["Dropout"] = dropout;
}

}  // namespace tapegrad::onnx
