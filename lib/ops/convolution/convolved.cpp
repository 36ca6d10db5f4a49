#include "ops/convolution/convolved.hpp"

#include <algorithm>

#include "autograd/apply.hpp"
#include "kernels/convolution.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// The sizes behind batch and channels.
Dims sizes_of(const Shape& shape) { return std::span(shape.begin() + 2, shape.end()); }

Shape joined(std::int64_t batch, std::int64_t channels, const Dims& sizes) {
  Shape shape{batch, channels};
  for (const std::int64_t size : sizes) shape.push_back(size);
  return shape;
}

/// As three dimensions, of which the first may be missing.
Three three(const Dims& sizes, std::int64_t missing) {
  Three all;
  all.fill(missing);
  std::copy(sizes.begin(), sizes.end(), all.end() - static_cast<std::ptrdiff_t>(sizes.size()));
  return all;
}

Convolution between(const Shape& image, const Shape& kernel, const Shape& maps, const Moves& m) {
  Convolution c{image[0],
                m.groups,
                kernel[1],
                kernel[0] / m.groups,
                three(sizes_of(image), 1),
                three(sizes_of(kernel), 1),
                three(sizes_of(maps), 1),
                three(m.stride, 1),
                three(m.before, 0),
                three(m.dilation, 1)};
  // Steps that nobody takes may be longer than 64 bits multiply.
  for (std::size_t d = 0; d < c.out.size(); ++d) {
    if (c.out[d] <= 1) c.stride[d] = 1;
    if (c.taps[d] <= 1) c.dilation[d] = 1;
  }
  return c;
}

struct Moving {
  static constexpr bool takes_undefined = true;  // the bias
  static constexpr Needs saves(Needs needs) { return save_crosswise(needs); }
  Moves moves;
  Dims sizes;  ///< of the result
  Moving(const Moves& how, const Dims& result) : moves(how), sizes(result) {}
  void each_size(const auto& f) { std::for_each(sizes.begin(), sizes.end(), f); }
  void attributes(AttributeList& list) const {
    list("stride", moves.stride);
    list("padding", moves.before);
    list("dilation", moves.dilation);
    list("groups", moves.groups);
  }
};

/// g's sum for each channel.
Tensor to_bias(const Tensor& g) {
  Dims others = 0;
  for (std::int64_t d = 2; d < g.dim(); ++d) others.push_back(d);
  return sum(g, others);
}

/// [n, maps, out...] and [n, channels, in...] -> [maps, channels / groups, taps...]
struct ConvToWeight {
  static constexpr std::string_view name = "conv_to_weight";
  static constexpr Needs saves(Needs needs) { return save_crosswise(needs); }
  Moves moves;
  Dims taps;
  void attributes(AttributeList& list) const { Moving(moves, taps).attributes(list); }
  Meta result(const Tensor& g, const Tensor& x) const {
    return {x.dtype(), joined(g.shape()[1], x.shape()[1] / moves.groups, taps)};
  }
  void into(const Tensor& w, const Tensor& g, const Tensor& x) const {
    const Tensor maps = g.contiguous();
    const Tensor image = x.contiguous();
    correlate(ref(w), ref(maps), ref(image), between(x.shape(), w.shape(), g.shape(), moves));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {s.needs(0) ? convolved(s[1], g, {}, moves, sizes_of(s.shape(0))) : Tensor{},
            s.needs(1) ? convolved_back(s[0], g, {}, moves, sizes_of(s.shape(1))) : Tensor{}};
  }
};

struct Conv : Moving {
  static constexpr std::string_view name = "conv";
  using Moving::Moving;
  Meta result(const Tensor& x, const Tensor& w, const Tensor&) const {
    return {x.dtype(), joined(x.shape()[0], w.shape()[0], sizes)};
  }
  void into(const Tensor& y, const Tensor& x, const Tensor& w, const Tensor& bias) const {
    const Tensor image = x.contiguous();
    const Tensor kernel = w.contiguous();
    const Convolution c = between(x.shape(), w.shape(), y.shape(), moves);
    if (!bias.defined()) return convolve(ref(y), ref(image), ref(kernel), nullptr, c);
    const Tensor numbers = bias.contiguous();
    const Ref b = ref(numbers);
    convolve(ref(y), ref(image), ref(kernel), &b, c);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {s.needs(0) ? convolved_back(g, s[1], {}, moves, sizes_of(s.shape(0))) : Tensor{},
            s.needs(1) ? apply(ConvToWeight{moves, sizes_of(s.shape(1))}, g, s[0]) : Tensor{},
            s.needs(2) ? to_bias(g) : Tensor{}};
  }
};

struct ConvTranspose : Moving {
  static constexpr std::string_view name = "conv_transpose";
  using Moving::Moving;
  Meta result(const Tensor& x, const Tensor& w, const Tensor&) const {
    return {x.dtype(), joined(x.shape()[0], w.shape()[1] * moves.groups, sizes)};
  }
  void into(const Tensor& y, const Tensor& x, const Tensor& w, const Tensor& bias) const {
    const Tensor maps = x.contiguous();
    const Tensor kernel = w.contiguous();
    const Convolution c = between(y.shape(), w.shape(), x.shape(), moves);
    if (!bias.defined()) return convolve_back(ref(y), ref(maps), ref(kernel), nullptr, c);
    const Tensor numbers = bias.contiguous();
    const Ref b = ref(numbers);
    convolve_back(ref(y), ref(maps), ref(kernel), &b, c);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {s.needs(0) ? convolved(g, s[1], {}, moves, sizes_of(s.shape(0))) : Tensor{},
            s.needs(1) ? apply(ConvToWeight{moves, sizes_of(s.shape(1))}, s[0], g) : Tensor{},
            s.needs(2) ? to_bias(g) : Tensor{}};
  }
};

}  // namespace

Tensor convolved(const Tensor& x, const Tensor& weight, const Tensor& bias, const Moves& moves,
                 const Dims& places) {
  return apply(Conv(moves, places), x, weight, bias);
}

Tensor convolved_back(const Tensor& x, const Tensor& weight, const Tensor& bias, const Moves& moves,
                      const Dims& size) {
  return apply(ConvTranspose(moves, size), x, weight, bias);
}

}  // namespace tapegrad
