// Rows of tables, and images in other sizes and orders.
#include <optional>

#include "table.hpp"
#include "tapegrad/nn/bilinear.hpp"
#include "tapegrad/nn/shape.hpp"
#include "tapegrad/nn/upsample.hpp"
#include "tapegrad/ops/convolution.hpp"
#include "tapegrad/ops/index.hpp"

using T = const tg::Tensor&;
using Dims = tg::Dims;
using Int = std::int64_t;
using MaybeInt = std::optional<Int>;
using MaybeNumber = std::optional<double>;
namespace nn = tg::nn;

namespace {

nn::EmbeddingBagMode mode_of(const std::string& word) {
  return word == "sum"   ? nn::EmbeddingBagMode::sum
         : word == "max" ? nn::EmbeddingBagMode::max
                         : nn::EmbeddingBagMode::mean;
}

void add_tables(Table& t) {
  t.add(
      "nn.functional.embedding(input, indices, padding_idx=None, max_norm=None, norm_type=2.0, "
      "scale_grad_by_freq=False, sparse=False)",
      [](T w, T i, MaybeInt padding, MaybeNumber most, double norm, bool by_freq, bool sparse) {
        return nn::embedding(i, w, {padding, most, norm, by_freq, sparse});
      });
  t.add(
      "nn.functional.embedding_bag(input, indices, offsets=None, max_norm=None, norm_type=2.0, "
      "scale_grad_by_freq=False, mode='mean', sparse=False, per_sample_weights=None, "
      "include_last_offset=False, padding_idx=None)",
      [](T w, T i, T offsets, MaybeNumber most, double norm, bool by_freq, std::string mode,
         bool sparse, T factors, bool last, MaybeInt padding) {
        const nn::EmbeddingBagFuncOptions how{most,   norm,    by_freq, mode_of(mode),
                                              sparse, factors, last,    padding};
        return offsets.defined() ? nn::embedding_bag(i, w, offsets, how)
                                 : nn::embedding_bag(i, w, how);
      });
  t.add("nn.functional.bilinear(input, input2, weight, bias=None)", nn::bilinear);
}

/// An empty size stands for the factors.
tg::Tensor resized(T x, Dims size, std::vector<double> by, std::string mode, bool corners,
                   bool antialias) {
  return nn::interpolate(x, {.size = size,
                             .scale_factor = by,
                             .mode = mode,
                             .align_corners = corners,
                             .antialias = antialias});
}

std::vector<double> factors(MaybeNumber one) {
  return one ? std::vector{*one} : std::vector<double>{};
}
std::vector<double> factors(std::vector<double> each) { return each; }

template <class Factors>
void add_resizes(Table& t) {
  using MaybeBool = std::optional<bool>;
  t.add(
      "nn.functional.interpolate(input, size=None, scale_factor=None, mode='nearest', "
      "align_corners=None, recompute_scale_factor=False, antialias=False)",
      [](T x, Dims size, Factors by, std::string mode, MaybeBool corners, bool again, bool anti) {
        if (again) throw Unfit("factors are taken as they are");
        return resized(x, size, factors(by), mode, corners.value_or(false), anti);
      });
  t.add("nn.functional.upsample_nearest(input, size=None, scale_factor=None)",
        [](T x, Dims size, Factors by) {
          return resized(x, size, factors(by), "nearest", false, false);
        });
  t.add("nn.functional.upsample_bilinear(input, size=None, scale_factor=None)",
        [](T x, Dims size, Factors by) {
          return resized(x, size, factors(by), "bilinear", true, false);
        });
}

void add_orders(Table& t) {
  t.add("nn.functional.pixel_shuffle(input, upscale_factor)", nn::pixel_shuffle);
  t.add("nn.functional.pixel_unshuffle(input, downscale_factor)", nn::pixel_unshuffle);
  t.add("nn.functional.channel_shuffle(input, groups)", nn::channel_shuffle);
  t.add("nn.functional.unfold(input, kernel_size, dilation=1, padding=0, stride=1)",
        [](T x, Dims kernel, Dims dilation, Dims padding, Dims stride) {
          return nn::unfold(x, kernel,
                            {.dilation = dilation, .padding = padding, .stride = stride});
        });
}

using Unpool = tg::Tensor (*)(T, T, const Dims&, const nn::MaxUnpoolOptions&);

template <Unpool f, std::size_t rank>
void add_unpool(Table& t, const std::string& name) {
  t.add("nn.functional." + name +
            "(input, indices, kernel_size, stride=None, padding=0, output_size=None)",
        [](T x, T places, Dims kernel, Dims stride, Dims padding, Dims size) {
          while (size.size() > rank) size.erase(0);  // batch and channels
          return f(x, places, kernel, {.stride = stride, .padding = padding, .output_size = size});
        });
}

}  // namespace

void add_images(Table& t) {
  add_tables(t);
  add_resizes<MaybeNumber>(t);
  add_resizes<std::vector<double>>(t);
  add_orders(t);
  add_unpool<nn::max_unpool1d, 1>(t, "max_unpool1d");
  add_unpool<nn::max_unpool2d, 2>(t, "max_unpool2d");
  add_unpool<nn::max_unpool3d, 3>(t, "max_unpool3d");
}
