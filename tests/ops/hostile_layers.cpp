// Functions of neural networks for hostile_test.cpp: of windows over images.
#include <limits>

#include "hostile.hpp"
#include "tapegrad/ops/convolution.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/normalize.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

/// [2, 3] as an image of so many dimensions more.
Tensor image(const Tensor& x, std::size_t more) {
  if (!x.defined()) return x;
  Tensor y = x;
  for (std::size_t i = 0; i < more && y.dim() < 8; ++i) y = y.unsqueeze(-1);
  return y;
}

const Victim<const Tensor&> of_one[] = {
    {"unfold",
     [](const Tensor& x) {
       return nn::unfold(image(x, 1), {2, 1});
     }},
    {"unfold", [](const Tensor& x) { return nn::unfold(image(x, 1), 1, {.padding = most}); }},
    {"fold",
     [](const Tensor& x) {
       return nn::fold(x, {1, 3}, {2, 1});
     }},
    {"fold",
     [](const Tensor& x) {
       return nn::fold(x, {most, most}, {2, 1}, {.dilation = most});
     }},
    {"conv1d",
     [](const Tensor& x) {
       return nn::conv1d(x, ones({1, 2, 1}));
     }},
    {"conv1d",
     [](const Tensor& x) {
       return nn::conv1d(x, ones({1, 2, 1}), {}, {.padding = most});
     }},
    {"conv1d",
     [](const Tensor& x) {
       return nn::conv1d(x, ones({1, 2, 2}), {}, {.dilation = most});
     }},
    {"conv_transpose1d",
     [](const Tensor& x) {
       return nn::conv_transpose1d(x, ones({2, 1, 2}), {}, {.stride = most});
     }},
};

const Victim<const Tensor&, const Tensor&> of_two[] = {
    {"max_unpool1d", [](const Tensor& a, const Tensor& b) { return nn::max_unpool1d(a, b, 2); }},
    {"max_unpool2d",
     [](const Tensor& a, const Tensor& b) {
       return nn::max_unpool2d(image(a, 1), image(b, 1), 2, {.stride = most});
     }},
    {"max_unpool3d", [](const Tensor& a,
                        const Tensor& b) { return nn::max_unpool3d(image(a, 2), image(b, 2), 1); }},
    {"conv1d", [](const Tensor& a, const Tensor& b) { return nn::conv1d(a, image(b, 1)); }},
    {"layer_norm", [](const Tensor& a, const Tensor& b) { return nn::layer_norm(a, {3}, b); }},
    {"rms_norm", [](const Tensor& a, const Tensor& b) { return nn::rms_norm(a, {3}, b); }},
    {"group_norm", [](const Tensor& a, const Tensor& b) { return nn::group_norm(a, 3, b); }},
    {"batch_norm",
     [](const Tensor& a, const Tensor& b) {
       return nn::batch_norm(a, {}, {}, b, {}, {.training = true});
     }},
    {"batch_norm", [](const Tensor& a, const Tensor& b) { return nn::batch_norm(a, b, b); }},
    {"instance_norm",
     [](const Tensor& a, const Tensor& b) { return nn::instance_norm(image(a, 1), {}, {}, b); }},
    {"conv2d",
     [](const Tensor& a, const Tensor& b) { return nn::conv2d(image(a, 1), image(b, 2)); }},
    {"conv2d",
     [](const Tensor& a, const Tensor& b) {
       return nn::conv2d(image(a, 1), ones({1, 2, 1, 1}), b);
     }},
    {"conv3d",
     [](const Tensor& a, const Tensor& b) { return nn::conv3d(image(a, 2), image(b, 3)); }},
    {"conv_transpose1d",
     [](const Tensor& a, const Tensor& b) { return nn::conv_transpose1d(a, image(b, 1)); }},
    {"conv_transpose2d",
     [](const Tensor& a, const Tensor& b) {
       return nn::conv_transpose2d(image(a, 1), image(b, 2));
     }},
    {"conv_transpose3d",
     [](const Tensor& a, const Tensor& b) {
       return nn::conv_transpose3d(image(a, 2), image(b, 3));
     }},
};

const Victim<const Tensor&, std::int64_t> with_integer[] = {
    {"local_response_norm",
     [](const Tensor& x, std::int64_t n) { return nn::local_response_norm(image(x, 1), n); }},
    {"group_norm", [](const Tensor& x, std::int64_t n) { return nn::group_norm(x, n); }},
    {"layer_norm", [](const Tensor& x, std::int64_t n) { return nn::layer_norm(x, n); }},

    {"conv1d",
     [](const Tensor& x, std::int64_t n) {
       return nn::conv1d(x, ones({2, 2, 2}), {}, {.stride = n, .groups = 1});
     }},
    {"conv1d",
     [](const Tensor& x, std::int64_t n) {
       return nn::conv1d(x, ones({2, 1, 2}), {}, {.groups = n});
     }},
    {"conv_transpose1d",
     [](const Tensor& x, std::int64_t n) {
       return nn::conv_transpose1d(x, ones({2, 1, 2}), {}, {.padding = n, .output_padding = n});
     }},
    {"max_pool1d", [](const Tensor& x, std::int64_t n) { return nn::max_pool1d(image(x, 0), n); }},
    {"max_pool1d_with_indices",
     [](const Tensor& x, std::int64_t n) {
       return nn::max_pool1d_with_indices(image(x, 0), n).values;
     }},
    {"avg_pool1d", [](const Tensor& x, std::int64_t n) { return nn::avg_pool1d(image(x, 0), n); }},
    {"adaptive_avg_pool1d",
     [](const Tensor& x, std::int64_t n) { return nn::adaptive_avg_pool1d(image(x, 0), n); }},
    {"adaptive_max_pool1d",
     [](const Tensor& x, std::int64_t n) { return nn::adaptive_max_pool1d(image(x, 0), n); }},
    {"adaptive_max_pool1d_with_indices",
     [](const Tensor& x, std::int64_t n) {
       return nn::adaptive_max_pool1d_with_indices(image(x, 0), n).values;
     }},
    {"lp_pool1d",
     [](const Tensor& x, std::int64_t n) {
       return nn::lp_pool1d(image(x, 0), static_cast<double>(n), 1);
     }},
    {"max_pool2d", [](const Tensor& x, std::int64_t n) { return nn::max_pool2d(image(x, 1), n); }},
    {"max_pool2d_with_indices",
     [](const Tensor& x, std::int64_t n) {
       return nn::max_pool2d_with_indices(image(x, 1), n).values;
     }},
    {"avg_pool2d", [](const Tensor& x, std::int64_t n) { return nn::avg_pool2d(image(x, 1), n); }},
    {"adaptive_avg_pool2d",
     [](const Tensor& x, std::int64_t n) { return nn::adaptive_avg_pool2d(image(x, 1), n); }},
    {"adaptive_max_pool2d",
     [](const Tensor& x, std::int64_t n) { return nn::adaptive_max_pool2d(image(x, 1), n); }},
    {"adaptive_max_pool2d_with_indices",
     [](const Tensor& x, std::int64_t n) {
       return nn::adaptive_max_pool2d_with_indices(image(x, 1), n).values;
     }},
    {"lp_pool2d",
     [](const Tensor& x, std::int64_t n) {
       return nn::lp_pool2d(image(x, 1), static_cast<double>(n), 1);
     }},
    {"max_pool3d", [](const Tensor& x, std::int64_t n) { return nn::max_pool3d(image(x, 2), n); }},
    {"max_pool3d_with_indices",
     [](const Tensor& x, std::int64_t n) {
       return nn::max_pool3d_with_indices(image(x, 2), n).values;
     }},
    {"avg_pool3d", [](const Tensor& x, std::int64_t n) { return nn::avg_pool3d(image(x, 2), n); }},
    {"adaptive_avg_pool3d",
     [](const Tensor& x, std::int64_t n) { return nn::adaptive_avg_pool3d(image(x, 2), n); }},
    {"adaptive_max_pool3d",
     [](const Tensor& x, std::int64_t n) { return nn::adaptive_max_pool3d(image(x, 2), n); }},
    {"adaptive_max_pool3d_with_indices",
     [](const Tensor& x, std::int64_t n) {
       return nn::adaptive_max_pool3d_with_indices(image(x, 2), n).values;
     }},
    {"lp_pool3d",
     [](const Tensor& x, std::int64_t n) {
       return nn::lp_pool3d(image(x, 2), static_cast<double>(n), 1);
     }},
    {"max_pool1d",
     [](const Tensor& x, std::int64_t n) {
       return nn::max_pool1d(x, 1, {.stride = n, .dilation = n});
     }},
    {"max_pool1d",
     [](const Tensor& x, std::int64_t n) {
       return nn::max_pool1d(x, 2, {.padding = n, .dilation = n, .ceil_mode = true});
     }},
    {"avg_pool1d",
     [](const Tensor& x, std::int64_t n) { return nn::avg_pool1d(x, 1, {.divisor_override = n}); }},
};

}  // namespace

std::span<const Victim<const Tensor&>> layer_functions_of_one() { return of_one; }
std::span<const Victim<const Tensor&, const Tensor&>> layer_functions_of_two() { return of_two; }
std::span<const Victim<const Tensor&, std::int64_t>> layer_functions_with_integer() {
  return with_integer;
}

}  // namespace tapegrad::test
