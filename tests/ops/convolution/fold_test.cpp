#include "tapegrad/ops/convolution/fold.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/cut.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Numbers = std::vector<double>;

TEST_CASE("windows as columns have their derivatives", "[ops][table]") {
  const nn::FoldOptions moved{.dilation = {1, 2}, .padding = {1, 0}, .stride = {2, 1}};
  test::check_rows({
      {.name = "im2col",
       .f =
           [=](const Tensors& x) {
             return square(nn::unfold(x[0], {2, 2}, moved));
           },
       .inputs = {{{2, 3, 4, 5}}},
       .empty_inputs = {{0, 3, 4, 5}},
       .empty_result = {0, 12, 9},
       .refuses = {{"unfold: a kernel that reaches over 3 in a dimension of 2, padding included",
                    [] {
                      nn::unfold(zeros({1, 1, 2, 4}), 3);
                    }},
                   {"unfold: x is [2, 2]",
                    [] {
                      nn::unfold(zeros({2, 2}), 1);
                    }},
                   {"unfold: stride is [0]; the least is 1",
                    [] {
                      nn::unfold(zeros({1, 2, 2}), 1, {.stride = 0});
                    }},
                   {"unfold: needs a floating-point tensor, got int64",
                    [] {
                      nn::unfold(zeros({1, 2, 2}, {.dtype = int64}), 1);
                    }}}},
      {.name = "col2im",
       .f =
           [=](const Tensors& x) {
             return square(nn::fold(x[0], {4, 5}, {2, 2}, moved));
           },
       .inputs = {{{2, 8, 9}}},
       .empty_inputs = {{0, 8, 9}},
       .empty_result = {0, 2, 4, 5},
       .refuses = {{"fold: x is [8, 8]; of an image of [4, 5] the kernel of [2, 2] has 9 places of "
                    "4 elements of each channel",
                    [=] {
                      nn::fold(zeros({8, 8}), {4, 5}, {2, 2}, moved);
                    }},
                   {"fold: x is [8]", [] { nn::fold(zeros({8}), 2, 1); }}}},
  });
}

// By hand; torch.nn.functional.unfold and fold give the same.
TEST_CASE("unfold lists what lies under the kernel, fold adds it up", "[ops][fold]") {
  const Tensor x = arange(1, 7).to(float64).reshape({1, 2, 3});
  CHECK(nn::unfold(x, {2, 2}).to_vector<double>() == Numbers{1, 2, 2, 3, 4, 5, 5, 6});
  const Tensor edges = nn::unfold(x, {1, 2}, {.padding = {0, 1}, .stride = {1, 2}});
  CHECK(edges.shape() == Shape{2, 4});
  CHECK(edges.to_vector<double>() == Numbers{0, 2, 0, 5, 1, 3, 4, 6});
  CHECK(nn::fold(nn::unfold(x, {2, 2}), {2, 3}, {2, 2}).to_vector<double>() ==
        Numbers{1, 4, 3, 4, 10, 6});
  const Tensor apart = nn::unfold(x, {1, 2}, {.dilation = {1, 2}});
  CHECK(apart.to_vector<double>() == Numbers{1, 4, 3, 6});
}

TEST_CASE("unfold and fold are the same in any number of threads", "[ops][fold][threads]") {
  const Tensor x = test::spread({3, 5, 17, 13}, -1, 1).to(float32);
  const nn::FoldOptions moved{.padding = 2, .stride = {2, 1}};
  const auto run = [&] {
    const Tensor columns = nn::unfold(x, 3, moved);
    return std::vector<Tensor>{columns, nn::fold(columns, {17, 13}, 3, moved)};
  };
  std::vector<Tensor> alone;
  {
    const test::Cut cut(1);
    alone = run();
  }
  for (const int threads : {2, 3, 7}) {
    const test::Cut cut(threads);
    const std::vector<Tensor> several = run();
    CHECK(equal(several[0], alone[0]));
    CHECK(equal(several[1], alone[1]));
  }
}
