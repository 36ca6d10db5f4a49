// Windows that move over a dimension or an image, in ONNX: what they see is gathered, since the
// places are known.
#include <algorithm>
#include <array>

#include "core/check.hpp"
#include "core/unknown.hpp"
#include "onnx/exporter.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::onnx {
namespace {

/// [windows, size]: the places along a dimension that windows see, each `step` behind the one
/// before it.
Tensor places_of_windows(std::int64_t windows, std::int64_t step, std::int64_t size,
                         std::int64_t dilation) {
  return (arange(windows) * step).unsqueeze(1) + arange(size) * dilation;
}

Values unfold(Exporter& to, const Call& call) {
  const std::int64_t dim = call.integer("dim");
  const std::int64_t rank = call.inputs[0].dim();
  const std::int64_t windows = call.outputs[0].size(dim);
  check<Error>(!is_unknown(windows), "onnx: unfold of a dimension of unknown size");
  const Tensor places =
      places_of_windows(windows, call.integer("step"), call.integer("size"), 1).contiguous();
  const std::string seen =
      to.node("Gather", {to.value(call.inputs[0]), to.constant(places)}, {{"axis", dim}});
  proto::Integers order;  // a window's elements come last
  for (std::int64_t d = 0; d <= rank; ++d) {
    if (d != dim + 1) order.push_back(d);
  }
  order.push_back(dim + 1);
  return {to.node("Transpose", {seen}, {{"perm", order}})};
}

/// A kernel that moves over images of a known size with zeros around them.
struct Kernel {
  std::array<std::int64_t, 2> padding, image, padded;
  Tensor places;  // [elements x places], row by row: where they look in a padded image

  Kernel(const Call& call, const Shape& images) : image{images[2], images[3]} {
    check<Error>(!is_unknown(image[0]) && !is_unknown(image[1]),
                 "onnx: {} of images of unknown size", call.operation);
    std::array<Tensor, 2> along;
    for (std::size_t d = 0; d < 2; ++d) {
      const std::int64_t size = call.integers("kernel_size")[d];
      const std::int64_t step = call.integers("stride")[d];
      const std::int64_t dilation = call.integers("dilation")[d];
      padding[d] = call.integers("padding")[d];
      padded[d] = image[d] + 2 * padding[d];
      const std::int64_t windows = (padded[d] - dilation * (size - 1) - 1) / step + 1;
      along[d] = places_of_windows(windows, step, size, dilation).t();
    }
    const auto [rows, columns] = along;  // [kernel, windows] of each dimension
    places = (rows.unsqueeze(1).unsqueeze(3) * padded[1] + columns.unsqueeze(0).unsqueeze(2))
                 .reshape({-1});
  }
  std::int64_t area() const { return padded[0] * padded[1]; }
};

Values im2col(Exporter& to, const Call& call) {
  const Shape& images = call.shape(0);
  const Kernel kernel(call, images);
  const auto& [down, across] = kernel.padding;
  const std::string padded = to.node(
      "Pad", {to.value(call.inputs[0]), to.integers({0, 0, down, across, 0, 0, down, across}),
              to.number(0, call.dtype())});
  const std::string lines = to.reshaped(padded, {images[0], images[1], kernel.area()});
  const std::string seen =
      to.node("Gather", {lines, to.constant(kernel.places)}, {{"axis", std::int64_t{2}}});
  return {to.reshaped(seen, call.outputs[0].shape())};
}

Values col2im(Exporter& to, const Call& call) {
  const Shape& images = call.outputs[0].shape();
  const Kernel kernel(call, images);
  const Shape seen{images[0], images[1], kernel.places.numel()};
  const std::string columns = to.reshaped(to.value(call.inputs[0]), seen);
  const std::string places =
      to.node("Expand", {to.constant(kernel.places), to.node("Shape", {columns})});
  const std::string none = to.node(
      "Expand", {to.number(0, call.dtype()), to.sizes({images[0], images[1], kernel.area()})});
  const std::string sums = to.node("ScatterElements", {none, places, columns},
                                   {{"axis", std::int64_t{2}}, {"reduction", std::string("add")}});
  const auto& [height, width] = kernel.padded;
  const std::string padded = to.reshaped(sums, {images[0], images[1], height, width});
  const auto& [down, across] = kernel.padding;
  return {
      to.node("Slice", {padded, to.integers({down, across}),
                        to.integers({down + images[2], across + images[3]}), to.integers({2, 3})})};
}

}  // namespace

void add_window_rules(Rules& rules) {
  rules["unfold"] = unfold;
  rules["im2col"] = im2col;
  rules["col2im"] = col2im;
}

}  // namespace tapegrad::onnx
