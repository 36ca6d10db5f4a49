// What networks are made of: windows over images, norms of them.
#include "table.hpp"
#include "tapegrad/ops/convolution.hpp"
#include "tapegrad/ops/normalize.hpp"

using T = const tg::Tensor&;
using Tensor = tg::Tensor;
using Dims = tg::Dims;
using Int = std::int64_t;
namespace nn = tg::nn;

namespace {

using Convolution = Tensor (*)(T, T, T, const nn::ConvOptions&);
using Transpose = Tensor (*)(T, T, T, const nn::ConvTransposeOptions&);

template <Convolution f>
void add_convolution(Table& t, const std::string& name) {
  const std::string signature =
      "nn.functional." + name +
      "(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)";
  t.add(signature, [](T x, T w, T b, Dims stride, Dims padding, Dims dilation, Int groups) {
    return f(x, w, b,
             {.stride = stride, .padding = padding, .dilation = dilation, .groups = groups});
  });
  t.add(signature, [](T x, T w, T b, Dims stride, std::string padding, Dims dilation, Int groups) {
    return f(x, w, b,
             {.stride = stride,
              .padding = std::string_view(padding),
              .dilation = dilation,
              .groups = groups});
  });
}

template <Transpose f>
void add_transpose(Table& t, const std::string& name) {
  t.add("nn.functional." + name +
            "(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, "
            "dilation=1)",
        [](T x, T w, T b, Dims stride, Dims padding, Dims more, Int groups, Dims dilation) {
          return f(x, w, b,
                   {.stride = stride,
                    .padding = padding,
                    .output_padding = more,
                    .groups = groups,
                    .dilation = dilation});
        });
}

using MaxPool = Tensor (*)(T, const Dims&, const nn::MaxPoolOptions&);
using MaxPoolPlaces = tg::Extremes (*)(T, const Dims&, const nn::MaxPoolOptions&);
using AvgPool = Tensor (*)(T, const Dims&, const nn::AvgPoolOptions&);
using Adaptive = Tensor (*)(T, const Dims&);
using AdaptivePlaces = tg::Extremes (*)(T, const Dims&);

template <MaxPool f, MaxPoolPlaces with_places>
void add_max_pool(Table& t, const std::string& name) {
  t.add("nn.functional." + name +
            "(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, "
            "return_indices=False)",
        [](T x, Dims kernel, Dims stride, Dims padding, Dims dilation, bool ceil, bool places) {
          const nn::MaxPoolOptions how{
              .stride = stride, .padding = padding, .dilation = dilation, .ceil_mode = ceil};
          return places ? listed(with_places(x, kernel, how)) : listed(f(x, kernel, how));
        });
}

template <AvgPool f>
void add_avg_pool(Table& t, const std::string& name) {
  t.add("nn.functional." + name +
            "(input, kernel_size, stride=None, padding=0, ceil_mode=False, "
            "count_include_pad=True, divisor_override=None)",
        [](T x, Dims kernel, Dims stride, Dims padding, bool ceil, bool zeros,
           std::optional<Int> divisor) {
          return f(x, kernel,
                   {.stride = stride,
                    .padding = padding,
                    .ceil_mode = ceil,
                    .count_include_pad = zeros,
                    .divisor_override = divisor});
        });
}

/// A size that is None stays.
Dims sizes_of(const std::vector<std::optional<Int>>& sizes) {
  Dims all;
  for (const std::optional<Int>& size : sizes) all.push_back(size.value_or(-1));
  return all;
}

template <Adaptive f>
void add_adaptive(Table& t, const std::string& name) {
  const std::string signature = "nn.functional." + name + "(input, output_size)";
  t.add(signature, [](T x, Int size) { return f(x, size); });
  t.add(signature, [](T x, std::vector<std::optional<Int>> size) { return f(x, sizes_of(size)); });
}

template <Adaptive f, AdaptivePlaces with_places>
void add_adaptive_max(Table& t, const std::string& name) {
  const std::string signature =
      "nn.functional." + name + "(input, output_size, return_indices=False)";
  t.add(signature, [](T x, Int size, bool places) {
    return places ? listed(with_places(x, size)) : listed(f(x, size));
  });
  t.add(signature, [](T x, std::vector<std::optional<Int>> size, bool places) {
    return places ? listed(with_places(x, sizes_of(size))) : listed(f(x, sizes_of(size)));
  });
}

void add_pools(Table& t) {
  add_max_pool<nn::max_pool1d, nn::max_pool1d_with_indices>(t, "max_pool1d");
  add_max_pool<nn::max_pool2d, nn::max_pool2d_with_indices>(t, "max_pool2d");
  add_max_pool<nn::max_pool3d, nn::max_pool3d_with_indices>(t, "max_pool3d");
  add_avg_pool<nn::avg_pool1d>(t, "avg_pool1d");
  add_avg_pool<nn::avg_pool2d>(t, "avg_pool2d");
  add_avg_pool<nn::avg_pool3d>(t, "avg_pool3d");
  add_adaptive<nn::adaptive_avg_pool1d>(t, "adaptive_avg_pool1d");
  add_adaptive<nn::adaptive_avg_pool2d>(t, "adaptive_avg_pool2d");
  add_adaptive<nn::adaptive_avg_pool3d>(t, "adaptive_avg_pool3d");
  add_adaptive_max<nn::adaptive_max_pool1d, nn::adaptive_max_pool1d_with_indices>(
      t, "adaptive_max_pool1d");
  add_adaptive_max<nn::adaptive_max_pool2d, nn::adaptive_max_pool2d_with_indices>(
      t, "adaptive_max_pool2d");
  add_adaptive_max<nn::adaptive_max_pool3d, nn::adaptive_max_pool3d_with_indices>(
      t, "adaptive_max_pool3d");
}

void add_norms(Table& t) {
  t.add("nn.functional.layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5)",
        nn::layer_norm);
  t.add("nn.functional.rms_norm(input, normalized_shape, weight=None, eps=None)", nn::rms_norm);
  t.add("nn.functional.group_norm(input, num_groups, weight=None, bias=None, eps=1e-5)",
        nn::group_norm);
  t.add("nn.functional.local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0)",
        nn::local_response_norm);
  t.add(
      "nn.functional.batch_norm(input, running_mean, running_var, weight=None, bias=None, "
      "training=False, momentum=0.1, eps=1e-5)",
      [](T x, T mean, T var, T w, T b, bool training, double momentum, double eps) {
        return nn::batch_norm(x, mean, var, w, b, {training, momentum, eps});
      });
  t.add(
      "nn.functional.instance_norm(input, running_mean=None, running_var=None, weight=None, "
      "bias=None, use_input_stats=True, momentum=0.1, eps=1e-5)",
      [](T x, T mean, T var, T w, T b, bool own, double momentum, double eps) {
        return nn::instance_norm(x, mean, var, w, b, {own, momentum, eps});
      });
}

}  // namespace

void add_layers(Table& t) {
  add_convolution<nn::conv1d>(t, "conv1d");
  add_convolution<nn::conv2d>(t, "conv2d");
  add_convolution<nn::conv3d>(t, "conv3d");
  add_transpose<nn::conv_transpose1d>(t, "conv_transpose1d");
  add_transpose<nn::conv_transpose2d>(t, "conv_transpose2d");
  add_transpose<nn::conv_transpose3d>(t, "conv_transpose3d");
  add_pools(t);
  add_norms(t);
}
