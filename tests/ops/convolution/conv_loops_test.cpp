// Convolutions against what they are: one product after the other.
#include <functional>
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

  /// f(index in image, index in weight, index in maps) for each product.
  void each(const Shape& x, const Shape& w, const Shape& y,
            const std::function<void(const Dims&, const Dims&, const Dims&)>& f) const {
    const std::int64_t maps = w[0] / groups;
    for (std::int64_t i = 0; i < numel(y); ++i) {
      const Dims at = index(i, y);
      for (std::int64_t j = 0; j < numel(w) / w[0]; ++j) {
        Dims tap = index(j, w);
        tap[0] = at[1];
        Dims from{at[0], at[1] / maps * w[1] + tap[1]};
        bool inside = true;
        for (std::size_t d = 0; d < 3; ++d) {
          const std::int64_t place = at[d + 2] * stride[d] + tap[d + 2] * dilation[d] - padding[d];
          inside = inside && place >= 0 && place < x[d + 2];
          from.push_back(place);
        }
        if (inside) f(from, tap, at);
      }
    }
  }
  static Dims index(std::int64_t i, const Shape& shape) {
    Dims at(shape.size(), 0);
    for (std::size_t d = shape.size(); d-- > 0; i /= shape[d]) at[d] = i % shape[d];
    return at;
  }
  static std::size_t offset(const Dims& at, const Shape& shape) {
    std::int64_t i = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) i = i * shape[d] + at[d];
    return static_cast<std::size_t>(i);
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
    naive.each(c.x, c.w, y.shape(), [&](const Dims& from, const Dims& tap, const Dims& at) {
      const std::size_t i = Naive::offset(from, c.x);
      const std::size_t k = Naive::offset(tap, c.w);
      const std::size_t o = Naive::offset(at, y.shape());
      to_y[o] += static_cast<long double>(xs[i]) * ws[k];
      to_x[i] += static_cast<long double>(gs[o]) * ws[k];
      to_w[k] += static_cast<long double>(gs[o]) * xs[i];
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
