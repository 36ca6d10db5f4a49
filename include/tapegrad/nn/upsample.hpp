// Images in other sizes.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

namespace detail {

/// The first member of options that begin with a list: {4, 4} isn't taken for two of them.
struct SizeByName {
  constexpr SizeByName() {}
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr SizeByName(T) { static_assert(!std::is_arithmetic_v<T>, "name it: {.size = {4, 4}}"); }
};

}  // namespace detail

struct InterpolateOptions {
  detail::SizeByName by_name = {};
  /// Sizes of the result, one for all dimensions or one for each; or else factors.
  Dims size = {};
  std::vector<double> scale_factor = {};
  /// "nearest", "nearest-exact" or "area"; or "linear", "bilinear" and "trilinear" for one, two and
  /// three dimensions; or "bicubic" for two.
  std::string mode = "nearest";
  /// The outermost elements stay where they are; otherwise the outer edges of these do. Of the
  /// linear modes and "bicubic" alone.
  bool align_corners = false;
  /// In a smaller result all that lies between its elements has its share, so that fine patterns
  /// leave no coarse ones. Of "bilinear" and "bicubic" alone, whose a is then -1/2.
  bool antialias = false;
};

/// x: [n, channels, size...] of one to three dimensions in another size: the nearest element (of
/// the two the one before, or, with "nearest-exact", the one in which the middle lies), or those
/// around it, weighted by how near they are; of a cubic convolution with a = -3/4 four in each
/// dimension, the outermost going on beyond the edges; the means of adaptive_avg_pool2d() and its
/// like for "area". Derivative: g to these, with their weights. Throws Error where neither or both
/// of size and factors are given, for a size or a factor that isn't positive, for another mode and
/// for align_corners or antialias of a mode that has none, ShapeError for another rank, DTypeError
/// for integers.
Tensor interpolate(const Tensor& x, const InterpolateOptions& options);

/// interpolate() as a layer. "bicubic" is that of Keys (1981), "Cubic convolution interpolation for
/// digital image processing".
class Upsample : public Layer {
 public:
  explicit Upsample(const InterpolateOptions& options) : options_(options) {}
  template <class T>
  requires std::is_arithmetic_v<T>
  explicit Upsample(T) {
    static_assert(!std::is_arithmetic_v<T>,
                  "name it: {.scale_factor = {2}}, or {.size = 2} for results of two elements");
  }
  Tensor forward(const Tensor& x) const override { return interpolate(x, options_); }
  std::string extra_repr() const override;

 private:
  InterpolateOptions options_;
};

struct UpsamplingOptions {
  detail::SizeByName by_name = {};
  Dims size = {};
  std::vector<double> scale_factor = {};
};

/// Upsample of images by nearest elements.
struct UpsamplingNearest2d : Upsample {
  explicit UpsamplingNearest2d(const UpsamplingOptions& o)
      : Upsample({.size = o.size, .scale_factor = o.scale_factor}) {}
};
/// Upsample of images, linear between elements, of which the outermost stay where they are.
struct UpsamplingBilinear2d : Upsample {
  explicit UpsamplingBilinear2d(const UpsamplingOptions& o)
      : Upsample({.size = o.size,
                  .scale_factor = o.scale_factor,
                  .mode = "bilinear",
                  .align_corners = true}) {}
};

}  // namespace nn
}  // namespace tapegrad
