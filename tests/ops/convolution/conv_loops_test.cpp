// Convolutions against what they are: one product after the other.
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/convolution.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Tensors = std::vector<Tensor>;

namespace {

/// What a convolution is, one product after the other, of images of three dimensions.
struct Naive {
  std::int64_t groups;
  Dims stride, padding, dilation;

  /// f(offset in images, offset in weight, offset in maps) for each product. Without optimization
  /// these loops are what the test takes: an index is added to, and not made of its parts.
  template <class F>
  void each(const Shape& x, const Shape& w, const Shape& y, const F& f) const {
    const std::int64_t maps = w[0] / groups, taps = w[2] * w[3] * w[4];
    const std::int64_t plane = x[2] * x[3] * x[4], line = x[3] * x[4];
    std::int64_t out = 0;
    for (std::int64_t image = 0; image < y[0]; ++image) {
      for (std::int64_t map = 0; map < y[1]; ++map) {
        for (std::int64_t i = 0; i < y[2] * y[3] * y[4]; ++i, ++out) {
          const Dims at{i / (y[3] * y[4]), i / y[4] % y[3], i % y[4]};
          for (std::int64_t j = 0; j < taps; ++j) {
            const std::int64_t a = place(0, at[0], j / (w[3] * w[4]));
            const std::int64_t b = place(1, at[1], j / w[4] % w[3]);
            const std::int64_t c = place(2, at[2], j % w[4]);
            if (a < 0 || b < 0 || c < 0 || a >= x[2] || b >= x[3] || c >= x[4]) continue;
            std::int64_t from =
                (image * x[1] + map / maps * w[1]) * plane + a * line + b * x[4] + c;
            std::int64_t tap = map * w[1] * taps + j;
            for (std::int64_t k = 0; k < w[1]; ++k, from += plane, tap += taps) f(from, tap, out);
          }
        }
      }
    }
  }
  std::int64_t place(std::size_t d, std::int64_t at, std::int64_t tap) const {
    return at * stride[d] + tap * dilation[d] - padding[d];
  }
};

struct Case {
  Shape x, w;
  Dims stride, padding, dilation;
  std::int64_t groups = 1;
};

const std::vector<Case> cases = {
    {{2, 3, 1, 6, 7}, {4, 3, 1, 3, 2}, {1, 1, 1}, {0, 0, 0}, {1, 1, 1}},
    {{2, 4, 1, 9, 8}, {6, 2, 1, 3, 3}, {1, 2, 3}, {0, 2, 1}, {1, 2, 1}, 2},
    {{1, 2, 4, 5, 6}, {3, 2, 2, 3, 2}, {2, 1, 2}, {1, 1, 2}, {1, 1, 3}},
    {{3, 5, 1, 4, 4}, {7, 5, 1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {1, 1, 1}},
    {{3, 5, 1, 4, 4}, {7, 5, 1, 1, 1}, {1, 2, 2}, {0, 1, 1}, {1, 1, 1}},
    {{2, 3, 1, 1, 5}, {3, 1, 1, 1, 4}, {1, 1, 1}, {0, 0, 5}, {1, 1, 2}, 3},
    {{9, 16, 1, 30, 31}, {24, 16, 1, 3, 3}, {1, 1, 1}, {0, 1, 1}, {1, 1, 1}},  // several blocks
};

}  // namespace

TEST_CASE("convolutions and their gradients agree with loops", "[ops][conv]") {
  for (const Case& c : cases) {
    CAPTURE(to_string(c.x), to_string(c.w), to_string(c.stride));
    const Naive naive{c.groups, c.stride, c.padding, c.dilation};
    const nn::ConvOptions how{
        .stride = c.stride, .padding = c.padding, .dilation = c.dilation, .groups = c.groups};
    const Tensor x = test::spread(c.x, -1, 1, 1).requires_grad_();
    const Tensor w = test::spread(c.w, -1, 1, 2).requires_grad_();
    const Tensor y = nn::conv3d(x, w, {}, how);
    const Tensor g = test::spread(y.shape(), -1, 1, 3);
    const std::vector<double> xs = x.to_vector<double>();
    const std::vector<double> ws = w.to_vector<double>();
    const std::vector<double> gs = g.to_vector<double>();
    std::vector<long double> to_y(gs.size()), to_x(xs.size()), to_w(ws.size());
    const double *px = xs.data(), *pw = ws.data(), *pg = gs.data();
    long double *y_sums = to_y.data(), *x_sums = to_x.data(), *w_sums = to_w.data();
    naive.each(c.x, c.w, y.shape(), [&](std::int64_t i, std::int64_t k, std::int64_t o) {
      y_sums[o] += static_cast<long double>(px[i]) * pw[k];
      x_sums[i] += static_cast<long double>(pg[o]) * pw[k];
      w_sums[k] += static_cast<long double>(pg[o]) * px[i];
    });
    const auto check = [](const Tensor& got, const std::vector<long double>& sums, double terms) {
      const Tensor expected =
          Tensor::from_vector(std::vector<double>(sums.begin(), sums.end()), got.shape());
      // Sums of so many terms below 1 are rounded as often, up and down.
      const double unit = got.dtype() == float32 ? 1.2e-7 : 2.2e-16;
      CHECK(test::difference(got, expected, 0, terms * unit) == "");
    };
    for (const DType dtype : {float64, float32}) {
      const Tensor a = x.detach().to(dtype).clone().requires_grad_();
      const Tensor b = w.detach().to(dtype).clone().requires_grad_();
      const Tensor result = nn::conv3d(a, b, {}, how);
      const Tensors grads = grad({result}, {a, b}, {.grad_outputs = {g.to(dtype)}});
      const double terms = static_cast<double>(numel(c.w) / c.w[0]);
      check(result, to_y, terms);
      check(grads[0], to_x, terms * 2);
      check(grads[1], to_w, static_cast<double>(numel(y.shape()) / y.shape()[1]));
    }
  }
}
