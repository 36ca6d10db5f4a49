// What networks are made of: windows over images, norms of them.
#include "table.hpp"
#include "tapegrad/ops/convolution.hpp"

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
    return f(x, w, b, {stride, padding, dilation, groups});
  });
  t.add(signature, [](T x, T w, T b, Dims stride, std::string padding, Dims dilation, Int groups) {
    return f(x, w, b, {stride, std::string_view(padding), dilation, groups});
  });
}

template <Transpose f>
void add_transpose(Table& t, const std::string& name) {
  t.add("nn.functional." + name +
            "(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, "
            "dilation=1)",
        [](T x, T w, T b, Dims stride, Dims padding, Dims more, Int groups, Dims dilation) {
          return f(x, w, b, {stride, padding, more, groups, dilation});
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
}
