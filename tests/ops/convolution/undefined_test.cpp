// Windows over images refuse an undefined tensor in their own names: see
// tests/ops/undefined_test.cpp.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/convolution.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("windows over images say which of their arguments is undefined", "[undefined]") {
  const Tensor none;
  const Tensor x = ones({1, 2});
  const Tensor xx = ones({1, 2, 2});
  const Tensor xxx = ones({1, 2, 2, 2});
  const Tensor w = ones({1, 1, 1});
  test::check_undefined({
      {"conv1d", 1, [&] { nn::conv1d(none, w); }},
      {"conv1d", 2, [&] { nn::conv1d(x, none); }},
      {"conv2d", 1, [&] { nn::conv2d(none, w); }},
      {"conv2d", 2, [&] { nn::conv2d(xx, none); }},
      {"conv3d", 1, [&] { nn::conv3d(none, w); }},
      {"conv3d", 2, [&] { nn::conv3d(xxx, none); }},
      {"conv_transpose1d", 1, [&] { nn::conv_transpose1d(none, w); }},
      {"conv_transpose1d", 2, [&] { nn::conv_transpose1d(x, none); }},
      {"conv_transpose2d", 1, [&] { nn::conv_transpose2d(none, w); }},
      {"conv_transpose2d", 2, [&] { nn::conv_transpose2d(xx, none); }},
      {"conv_transpose3d", 1, [&] { nn::conv_transpose3d(none, w); }},
      {"conv_transpose3d", 2, [&] { nn::conv_transpose3d(xxx, none); }},
      {"unfold", 1, [&] { nn::unfold(none, 1); }},
      {"fold", 1, [&] { nn::fold(none, 1, 1); }},
      {"max_unpool1d", 1, [&] { nn::max_unpool1d(none, x, 1); }},
      {"max_unpool1d", 2, [&] { nn::max_unpool1d(x, none, 1); }},
      {"max_unpool2d", 1, [&] { nn::max_unpool2d(none, xx, 1); }},
      {"max_unpool2d", 2, [&] { nn::max_unpool2d(xx, none, 1); }},
      {"max_unpool3d", 1, [&] { nn::max_unpool3d(none, xxx, 1); }},
      {"max_unpool3d", 2, [&] { nn::max_unpool3d(xxx, none, 1); }},
      {"max_pool1d", 1, [&] { nn::max_pool1d(none, 1); }},
      {"max_pool1d_with_indices", 1, [&] { nn::max_pool1d_with_indices(none, 1); }},
      {"avg_pool1d", 1, [&] { nn::avg_pool1d(none, 1); }},
      {"adaptive_avg_pool1d", 1, [&] { nn::adaptive_avg_pool1d(none, 1); }},
      {"adaptive_max_pool1d", 1, [&] { nn::adaptive_max_pool1d(none, 1); }},
      {"adaptive_max_pool1d_with_indices", 1,
       [&] { nn::adaptive_max_pool1d_with_indices(none, 1); }},
      {"lp_pool1d", 1, [&] { nn::lp_pool1d(none, 2, 1); }},
      {"max_pool2d", 1, [&] { nn::max_pool2d(none, 1); }},
      {"max_pool2d_with_indices", 1, [&] { nn::max_pool2d_with_indices(none, 1); }},
      {"avg_pool2d", 1, [&] { nn::avg_pool2d(none, 1); }},
      {"adaptive_avg_pool2d", 1, [&] { nn::adaptive_avg_pool2d(none, 1); }},
      {"adaptive_max_pool2d", 1, [&] { nn::adaptive_max_pool2d(none, 1); }},
      {"adaptive_max_pool2d_with_indices", 1,
       [&] { nn::adaptive_max_pool2d_with_indices(none, 1); }},
      {"lp_pool2d", 1, [&] { nn::lp_pool2d(none, 2, 1); }},
      {"max_pool3d", 1, [&] { nn::max_pool3d(none, 1); }},
      {"max_pool3d_with_indices", 1, [&] { nn::max_pool3d_with_indices(none, 1); }},
      {"avg_pool3d", 1, [&] { nn::avg_pool3d(none, 1); }},
      {"adaptive_avg_pool3d", 1, [&] { nn::adaptive_avg_pool3d(none, 1); }},
      {"adaptive_max_pool3d", 1, [&] { nn::adaptive_max_pool3d(none, 1); }},
      {"adaptive_max_pool3d_with_indices", 1,
       [&] { nn::adaptive_max_pool3d_with_indices(none, 1); }},
      {"lp_pool3d", 1, [&] { nn::lp_pool3d(none, 2, 1); }},
  });
}
