// Images in other sizes.
#pragma once

#include <string>
#include <vector>

#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct InterpolateOptions {
  /// Sizes of the result, one for all dimensions or one for each; or else factors.
  Dims size = {};
  std::vector<double> scale_factor = {};
  /// "nearest", or "linear", "bilinear" and "trilinear" for one, two and three dimensions.
  std::string mode = "nearest";
  /// The outermost elements stay where they are; otherwise the outer edges of these do.
  bool align_corners = false;
};

/// x: [n, channels, size...] of one to three dimensions in another size: the nearest element (of
/// the two the one before), or those around it, weighted by how near they are. Derivative: g to
/// these, with their weights. Throws Error where neither or both of size and factors are given, for
/// a size or a factor that isn't positive and for another mode, ShapeError for another rank,
/// DTypeError for integers.
Tensor interpolate(const Tensor& x, const InterpolateOptions& options);

/// interpolate() as a layer.
class Upsample : public Layer {
 public:
  explicit Upsample(const InterpolateOptions& options) : options_(options) {}
  Tensor forward(const Tensor& x) const override { return interpolate(x, options_); }
  std::string extra_repr() const override;

 private:
  InterpolateOptions options_;
};

}  // namespace nn
}  // namespace tapegrad
