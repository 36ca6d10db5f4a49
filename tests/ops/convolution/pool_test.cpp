#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/kinks.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/convolution.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Numbers = std::vector<double>;

namespace {

test::OpRow row(std::string_view name, std::function<Tensor(const Tensor&)> f, const Shape& x,
                const Shape& empty, const Shape& result) {
  return {.name = name,
          .f = [f](const Tensors& in) { return square(f(in[0])); },
          .inputs = {{x}},
          .empty_inputs = {empty},
          .empty_result = result,
          .narrow_roundings = 8};
}

std::vector<test::Refusal> refusals() {
  const auto of = [](const Shape& x, const Dims& kernel, const nn::MaxPoolOptions& how = {}) {
    return [=] { nn::max_pool2d(zeros(x), kernel, how); };
  };
  return {
      {"max_pool2d: x is [4, 4]; it needs [n, channels] or [channels] and 2 sizes", of({4, 4}, 2)},
      {"max_pool2d: kernel_size is [2, 2, 2]; give one number, or one for each of 2 dimensions",
       of({1, 4, 4}, {2, 2, 2})},
      {"max_pool2d: kernel_size is [0]; the least is 1", of({1, 4, 4}, 0)},
      {"max_pool2d: stride is [0]; the least is 1", of({1, 4, 4}, 2, {.stride = 0})},
      {"max_pool2d: padding [2, 2] with windows of [3, 3]; at most half of one",
       of({1, 4, 4}, 3, {.padding = 2})},
      {"max_pool2d: windows of [5, 5] with dilation [1, 1] are larger than x, [1, 4, 4], with "
       "padding [0, 0]",
       of({1, 4, 4}, 5)},
      {"max_pool2d: a window of [2, 2] with dilation [3, 3] and padding [2, 2] sees nothing of x, "
       "[1, 1, 1]",
       of({1, 1, 1}, 2, {.stride = 1, .padding = 2, .dilation = 3})},
      {"max_pool2d: needs a floating-point tensor, got int64",
       [] {
         nn::max_pool2d(zeros({1, 4, 4}, {.dtype = int64}), 2);
       }},
      {"max_pool2d: x is [1, 65536, 65536]; planes have at most 2^31 - 1 elements",
       [] {
         nn::max_pool2d(zeros({1}).expand({1, 65536, 65536}), 2);
       }},
      {"avg_pool1d: divisor_override is 0",
       [] {
         nn::avg_pool1d(zeros({1, 4}), 2, {.divisor_override = 0});
       }},
      {"adaptive_avg_pool1d: output_size is [-2]; the least is -1",
       [] {
         nn::adaptive_avg_pool1d(zeros({1, 4}), -2);
       }},
      {"adaptive_max_pool1d: x is [1, 0]; it has no element to choose from",
       [] {
         nn::adaptive_max_pool1d(zeros({1, 0}), 2);
       }},
      {"lp_pool1d: p is 0; it must be positive and finite",
       [] {
         nn::lp_pool1d(zeros({1, 4}), 0, 2);
       }},
  };
}

}  // namespace

TEST_CASE("the largest of windows has its derivatives", "[ops][table]") {
  std::vector<test::OpRow> rows = {
      row("max_pool", [](const Tensor& x) { return nn::max_pool2d(x, 2); }, {2, 2, 4, 5},
          {0, 2, 4, 5}, {0, 2, 2, 2}),
      row("max_pool",
          [](const Tensor& x) {
            return nn::max_pool1d(x, 3, {.stride = 1, .padding = 1, .dilation = 2});
          },
          {2, 7}, {0, 7}, {0, 5}),
      row("max_pool",
          [](const Tensor& x) { return nn::max_pool2d(x, 3, {.stride = 2, .padding = 1}); },
          {1, 2, 5, 20}, {0, 2, 5, 20}, {0, 2, 3, 10}),
      row("max_pool",
          [](const Tensor& x) {
            return nn::max_pool3d(x, {1, 2, 2}, {.stride = {1, 2, 3}, .ceil_mode = true});
          },
          {1, 2, 3, 2, 4}, {1, 0, 3, 2, 4}, {1, 0, 3, 1, 2}),
      row("max_pool",
          [](const Tensor& x) {
            return nn::adaptive_max_pool2d(x, {2, 3});
          },
          {2, 1, 3, 5}, {0, 1, 3, 5}, {0, 1, 2, 3}),
  };
  rows[0].refuses = refusals();
  test::check_rows(rows);
}

TEST_CASE("the places of the largest are integers", "[ops][table]") {
  test::check_rows({{.name = "max_pool_places",
                     .f =
                         [](const Tensors& in) {
                           return nn::max_pool2d_with_indices(in[0].detach(), 2).indices;
                         },
                     .inputs = {{{2, 2, 4, 5}}},
                     .empty_inputs = {{0, 2, 4, 5}},
                     .empty_result = {0, 2, 2, 2},
                     .never_narrow = "integers",
                     .differentiable = false}});
}

TEST_CASE("means of windows have their derivatives", "[ops][table]") {
  test::check_rows({
      row("avg_pool", [](const Tensor& x) { return nn::avg_pool2d(x, 2); }, {2, 2, 4, 5},
          {0, 2, 4, 5}, {0, 2, 2, 2}),
      row("avg_pool",
          [](const Tensor& x) {
            return nn::avg_pool1d(
                x, 3, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false});
          },
          {2, 8}, {0, 8}, {0, 5}),
      row("avg_pool",
          [](const Tensor& x) {
            return nn::avg_pool3d(x, {1, 2, 9}, {.padding = {0, 1, 2}, .divisor_override = 5});
          },
          {1, 2, 3, 11}, {0, 2, 3, 11}, {0, 2, 2, 1}),
      row("avg_pool",
          [](const Tensor& x) {
            return nn::adaptive_avg_pool2d(x, {2, 3});
          },
          {2, 1, 3, 5}, {0, 1, 3, 5}, {0, 1, 2, 3}),
  });
  const auto to_input = [](const Tensors& in) {
    const Tensor x = zeros({2, 4, 5}, {.dtype = in[0].dtype(), .requires_grad = true});
    return square(
        grad({nn::avg_pool2d(x, 2)}, {x}, {.grad_outputs = {in[0]}, .create_graph = true})[0]);
  };
  test::check_rows({{.name = "avg_pool_to_input",
                     .f = to_input,
                     .inputs = {{{2, 2, 2}}},
                     .never_empty = "its result's shape is fixed here"}});
}

TEST_CASE("of equal elements the first gets the gradient", "[ops][kink]") {
  const auto line = [](const Tensor& x) { return x.reshape({1, 1, 1, 1, -1}); };
  test::check_kinks({
      test::kink("max_pool1d", [&](const Tensor& x) { return nn::max_pool1d(line(x)[0][0], 2); },
                 {1, 1, 2, 3}, {1, 0, 0, 1}),
      test::kink("max_pool2d",
                 [&](const Tensor& x) {
                   return nn::max_pool2d(line(x)[0], {1, 2});
                 },
                 {1, 1, 2, 3}, {1, 0, 0, 1}),
      test::kink("max_pool3d",
                 [&](const Tensor& x) {
                   return nn::max_pool3d(line(x), {1, 1, 2});
                 },
                 {1, 1, 2, 3}, {1, 0, 0, 1}),
      test::kink("adaptive_max_pool1d",
                 [&](const Tensor& x) { return nn::adaptive_max_pool1d(line(x)[0][0], 2); },
                 {1, 1, 2, 3}, {1, 0, 0, 1}),
      test::kink("adaptive_max_pool2d",
                 [&](const Tensor& x) {
                   return nn::adaptive_max_pool2d(line(x)[0], {1, 2});
                 },
                 {1, 1, 2, 3}, {1, 0, 0, 1}),
      test::kink("adaptive_max_pool3d",
                 [&](const Tensor& x) {
                   return nn::adaptive_max_pool3d(line(x), {1, 1, 2});
                 },
                 {1, 1, 2, 3}, {1, 0, 0, 1}),
  });
}

TEST_CASE("the largest of windows agrees with loops over all widths", "[ops][pool]") {
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t width : {1, 2, 3, 5, 8, 9, 17, 26, 33, 40}) {
      for (const std::int64_t stride : {1, 2, 3}) {
        for (const std::int64_t padding : {0, 1}) {
          CAPTURE(width, stride, padding, name_of(dtype));
          const std::int64_t kernel = padding == 1 || width > 1 ? 2 : 1;
          const Tensor x = test::spread({3, width}, -1, 1).to(dtype);
          const auto [values, indices] =
              nn::max_pool1d_with_indices(x, kernel, {.stride = stride, .padding = padding});
          const auto xs = x.to_vector<double>();
          Numbers most, places;
          for (std::int64_t line = 0; line < 3; ++line) {
            for (std::int64_t o = 0; o < values.size(-1); ++o) {
              double best = -std::numeric_limits<double>::infinity();
              std::int64_t place = 0;
              for (std::int64_t k = 0; k < kernel; ++k) {
                const std::int64_t at = o * stride + k - padding;
                if (at < 0 || at >= width) continue;
                const double v = xs[static_cast<std::size_t>(line * width + at)];
                if (v > best) place = at;
                best = std::max(best, v);
              }
              most.push_back(best);
              places.push_back(static_cast<double>(place));
            }
          }
          CHECK(values.to_vector<double>() == most);
          CHECK(indices.to_vector<double>() == places);
          const Tensor y = nn::max_pool1d(x, kernel, {.stride = stride, .padding = padding});
          CHECK(y.to_vector<double>() == most);
        }
      }
    }
  }
}

TEST_CASE("NaN is larger than every number, and -inf is a number", "[ops][pool]") {
  const double nan = std::nan("");
  const double inf = std::numeric_limits<double>::infinity();
  Tensor x = tensor({1.0, nan, -inf, -inf, 2.0, 3.0}).reshape({1, 6}).requires_grad_();
  const Tensor y = nn::max_pool1d(x, 2);
  const auto values = y.to_vector<double>();
  CHECK(std::isnan(values[0]));
  CHECK(values[1] == -inf);
  CHECK(values[2] == 3);
  y.sum().backward();
  CHECK(x.grad().to_vector<double>() == Numbers{0, 1, 1, 0, 0, 1});
}

TEST_CASE("the mean of all of a large plane loses no digits", "[ops][pool]") {
  const std::int64_t n = 1000;
  const Tensor x = full({1, n, n}, 0.1F);
  // A running sum of a million float32 would be off by percents; 0.1F itself is the mean.
  CHECK(nn::adaptive_avg_pool2d(x, 1).item<float>() == 0.1F);
  CHECK(nn::avg_pool2d(x, n).item<float>() == 0.1F);
}

TEST_CASE("the p-norm of windows", "[ops][pool]") {
  const Tensor x = tensor({3.0, 4.0, 5.0, 12.0}).reshape({1, 4});
  CHECK(test::difference(nn::lp_pool1d(x, 2, 2), tensor({5.0, 13.0}).reshape({1, 2}), 1e-7, 0) ==
        "");
  CHECK(nn::lp_pool1d(x, 1, 3, {.stride = 1}).to_vector<double>() == Numbers{12, 21});
  CHECK(nn::lp_pool2d(x.reshape({1, 2, 2}), 1, 2).item<double>() == 24);
  CHECK(nn::lp_pool3d(x.reshape({1, 1, 2, 2}), 1, {1, 2, 2}).item<double>() == 24);
}
