#include <array>
#include <vector>

#include "support/catch.hpp"
#include "support/cut.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/convolution.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Arrangement;
using test::Tensors;

namespace {

using Convolution = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const nn::ConvOptions&);
using Transpose = Tensor (*)(const Tensor&, const Tensor&, const Tensor&,
                             const nn::ConvTransposeOptions&);

/// An image has no element where its batch is empty.
Shape without_images(Shape x, std::size_t rank) {
  x[x.size() - rank - 2] = 0;
  return x;
}

test::OpRow conv_row(std::size_t rank, const Shape& x, const Shape& w, const nn::ConvOptions& how,
                     const Shape& empty_result) {
  static constexpr std::array<Convolution, 3> all{nn::conv1d, nn::conv2d, nn::conv3d};
  return {.name = "conv",
          .f = [rank, how](const Tensors& in) { return all[rank - 1](in[0], in[1], in[2], how); },
          .inputs = {{x}, {w}, {{w[0]}}},
          .empty_inputs = {without_images(x, rank), w, {w[0]}},
          .empty_result = empty_result,
          .no_third_order = "sums of products of three: the second has all there is"};
}

test::OpRow transpose_row(std::size_t rank, const Shape& x, const Shape& w,
                          const nn::ConvTransposeOptions& how, const Shape& empty_result) {
  static constexpr std::array<Transpose, 3> all{nn::conv_transpose1d, nn::conv_transpose2d,
                                                nn::conv_transpose3d};
  const Shape channels{w[1] * how.groups};
  return {.name = "conv_transpose",
          .f = [rank, how](const Tensors& in) { return all[rank - 1](in[0], in[1], in[2], how); },
          .inputs = {{x}, {w}, {channels}},
          .empty_inputs = {without_images(x, rank), w, channels},
          .empty_result = empty_result,
          .no_third_order = "sums of products of three: the second has all there is"};
}

std::vector<test::Refusal> refusals() {
  const auto of = [](const Shape& x, const Shape& w, const nn::ConvOptions& how = {}) {
    return [=] { nn::conv2d(zeros(x), zeros(w), {}, how); };
  };
  return {
      {"conv2d: x is [5, 5]; it needs [n, channels] or [channels] and 2 sizes",
       of({5, 5}, {1, 1, 3, 3})},
      {"conv2d: weight is [1, 3, 3]; it needs two numbers of channels and 2 sizes",
       of({1, 5, 5}, {1, 3, 3})},
      {"conv2d: weight is [1, 1, 0, 3]; a kernel has at least one element",
       of({1, 5, 5}, {1, 1, 0, 3})},
      {"conv2d: x is [1, 2, 5, 5], weight is [4, 3, 3, 3], and there are 1 groups; x needs 3 "
       "channels",
       of({1, 2, 5, 5}, {4, 3, 3, 3})},
      {"conv2d: 3 groups of a weight of [4, 1, 3, 3]; they must divide its first size",
       of({1, 3, 5, 5}, {4, 1, 3, 3}, {.groups = 3})},
      {"conv2d: 0 groups", of({1, 3, 5, 5}, {4, 1, 3, 3}, {.groups = 0})},
      {"conv2d: stride is [0, 1]; the least is 1", of({1, 5, 5}, {1, 1, 3, 3}, {.stride = {0, 1}})},
      {"conv2d: stride is [1, 1, 1]; give one number, or one for each of 2 dimensions",
       of({1, 5, 5}, {1, 1, 3, 3}, {.stride = {1, 1, 1}})},
      {"conv2d: padding is [-1]; the least is 0", of({1, 5, 5}, {1, 1, 3, 3}, {.padding = -1})},
      {"conv2d: dilation is [0]; the least is 1", of({1, 5, 5}, {1, 1, 3, 3}, {.dilation = 0})},
      {"conv2d: padding \"same\" with stride [2, 2]; it must be 1",
       of({1, 5, 5}, {1, 1, 3, 3}, {.stride = 2, .padding = "same"})},
      {"conv: padding \"full\"; use \"same\" or \"valid\"",
       [] {
         nn::conv1d(zeros({1, 5}), zeros({1, 1, 3}), {}, {.padding = "full"});
       }},
      {"conv2d: a kernel of [1, 1, 3, 3] with dilation [3, 3] is larger than x of [1, 5, 5] with "
       "padding [0, 0]",
       of({1, 5, 5}, {1, 1, 3, 3}, {.dilation = 3})},
      {"conv2d: x is float64, weight is float32",
       [] {
         nn::conv2d(zeros({1, 5, 5}, {.dtype = float64}), zeros({1, 1, 3, 3}));
       }},
      {"conv2d: x is int64, weight is int64",
       [] {
         nn::conv2d(zeros({1, 5, 5}, {.dtype = int64}), zeros({1, 1, 3, 3}, {.dtype = int64}));
       }},
      {"conv2d: bias is [2]; it needs one number for each of 1 channels",
       [] {
         nn::conv2d(zeros({1, 5, 5}), zeros({1, 1, 3, 3}), zeros({2}));
       }},
      {"conv2d: bias is float64, weight is float32",
       [] {
         nn::conv2d(zeros({1, 5, 5}), zeros({1, 1, 3, 3}), zeros({1}, {.dtype = float64}));
       }},
  };
}

std::vector<test::Refusal> transpose_refusals() {
  const auto of = [](const Shape& x, const Shape& w, const nn::ConvTransposeOptions& how) {
    return [=] { nn::conv_transpose2d(zeros(x), zeros(w), {}, how); };
  };
  return {
      {"conv_transpose2d: x is [1, 2, 5, 5], weight is [3, 1, 3, 3], and there are 1 groups; x "
       "needs 3 channels",
       of({1, 2, 5, 5}, {3, 1, 3, 3}, {})},
      {"conv_transpose2d: output_padding 1 with stride [1, 1] and dilation [1, 1]; it must be "
       "below one of them",
       of({1, 1, 5, 5}, {1, 1, 3, 3}, {.output_padding = {1, 0}})},
      {"conv_transpose2d: a result of -1 elements in dimension 0, from 1 with padding [2, 2]",
       of({1, 1, 1, 1}, {1, 1, 3, 3}, {.padding = 2})},
      {"conv_transpose2d: a result of 2 elements in dimension 1, from 0 with padding [0, 0]",
       of({1, 1, 1, 0}, {1, 1, 3, 3}, {})},
  };
}

}  // namespace

TEST_CASE("a convolution has its derivatives in one, two and three dimensions", "[ops][table]") {
  std::vector<test::OpRow> rows = {
      conv_row(2, {2, 2, 4, 3}, {3, 2, 2, 2}, {}, {0, 3, 3, 2}),
      conv_row(1, {2, 2, 7}, {4, 1, 3}, {.stride = 2, .padding = 1, .groups = 2}, {0, 4, 4}),
      conv_row(3, {1, 2, 3, 2, 3}, {2, 2, 2, 1, 2}, {.stride = {2, 1, 1}, .padding = {1, 0, 1}},
               {0, 2, 2, 2, 4}),
      conv_row(2, {1, 1, 4, 5}, {2, 1, 2, 3}, {.padding = "same", .dilation = {1, 2}},
               {0, 2, 4, 5}),
      conv_row(2, {2, 3, 2, 2}, {2, 3, 1, 1}, {}, {0, 2, 2, 2}),
  };
  rows[0].refuses = refusals();
  test::check_rows(rows);
}

TEST_CASE("a transposed convolution has its derivatives", "[ops][table]") {
  std::vector<test::OpRow> rows = {
      transpose_row(2, {2, 2, 2, 3}, {2, 3, 2, 2}, {}, {0, 3, 3, 4}),
      transpose_row(1, {2, 4, 3}, {4, 1, 3},
                    {.stride = 2, .padding = 1, .output_padding = 1, .groups = 2}, {0, 2, 6}),
      transpose_row(3, {1, 2, 2, 1, 2}, {2, 1, 2, 2, 1}, {.stride = {2, 1, 1}, .dilation = 2},
                    {0, 1, 5, 3, 2}),
      transpose_row(2, {2, 2, 2, 2}, {2, 3, 1, 1}, {}, {0, 3, 2, 2}),
  };
  rows[0].refuses = transpose_refusals();
  test::check_rows(rows);
}

TEST_CASE("the weight's gradient of a convolution is an operation with derivatives",
          "[ops][table]") {
  const auto to_weight = [](const Tensors& in) {
    const Tensor w = zeros({3, 2, 2, 2}, {.dtype = in[0].dtype(), .requires_grad = true});
    const Tensor y = nn::conv2d(in[1], w, {}, {.stride = {1, 2}, .padding = {0, 1}});
    return grad({y}, {w}, {.grad_outputs = {in[0]}, .create_graph = true})[0];
  };
  test::check_rows({{.name = "conv_to_weight",
                     .f = to_weight,
                     .inputs = {{{2, 3, 3, 2}}, {{2, 2, 4, 3}}},
                     .empty_inputs = {{0, 3, 3, 2}, {0, 2, 4, 3}},
                     .empty_result = {3, 2, 2, 2},
                     .no_third_order = "a sum of products of two"}});
}

TEST_CASE("a convolution of any layout is that of a copy", "[ops][conv]") {
  for (const Arrangement lie :
       {Arrangement::transposed, Arrangement::sliced, Arrangement::broadcast}) {
    const Tensor x = test::laid(test::spread({3, 2, 6, 5}, -1, 1), lie);
    const Tensor w = test::laid(test::spread({4, 2, 3, 3}, -1, 1, 1), lie);
    const Tensor b = test::laid(test::spread({4}, -1, 1, 2), lie);
    CAPTURE(test::name_of(lie));
    CHECK(test::difference(nn::conv2d(x, w, b), nn::conv2d(x.clone(), w.clone(), b.clone()), 0,
                           0) == "");
  }
}

TEST_CASE("\"same\" keeps the size, with the larger half of odd padding behind", "[ops][conv]") {
  const Tensor x = arange(1, 6).to(float64).reshape({1, 5});
  const Tensor w = tensor({1.0, 10.0, 100.0, 1000.0}, {.dtype = float64}).reshape({1, 1, 4});
  // 0 in front, 0 0 behind: 0 1 2 3 | 1 2 3 4 | 2 3 4 5 | 3 4 5 0 | 4 5 0 0
  CHECK(nn::conv1d(x, w, {}, {.padding = "same"}).to_vector<double>() ==
        std::vector<double>{3210, 4321, 5432, 543, 54});
  CHECK(nn::conv1d(x, w, {}, {.padding = "valid"}).to_vector<double>() ==
        std::vector<double>{4321, 5432});
}

TEST_CASE("one image is a batch of one", "[ops][conv]") {
  const Tensor x = test::spread({2, 5, 4}, -1, 1);
  const Tensor w = test::spread({3, 2, 3, 3}, -1, 1, 1);
  const Tensor y = nn::conv2d(x, w);
  CHECK(y.shape() == Shape{3, 3, 2});
  CHECK(test::difference(y, nn::conv2d(x.unsqueeze(0), w)[0], 0, 0) == "");
  CHECK(nn::conv_transpose2d(y, w).shape() == Shape{2, 5, 4});
}

TEST_CASE("without channels a convolution is its bias", "[ops][conv]") {
  const Tensor b = tensor({1.0F, 2.0F});
  CHECK(nn::conv1d(zeros({1, 0, 3}), zeros({2, 0, 2}), b).to_vector<float>() ==
        std::vector<float>{1, 1, 2, 2});
  CHECK(nn::conv1d(zeros({1, 0, 3}), zeros({2, 0, 2})).to_vector<float>() ==
        std::vector<float>(4, 0));
}

TEST_CASE("large convolutions have the same bits for any number of threads", "[ops][conv]") {
  const Tensor x = test::spread({9, 16, 30, 31}, -1, 1).to(float32).requires_grad_();
  const Tensor w = test::spread({24, 8, 3, 3}, -1, 1, 1).to(float32).requires_grad_();
  const auto all = [&] {
    const Tensor y = nn::conv2d(x, w, {}, {.padding = 1, .groups = 2});
    Tensors results = grad({y}, {x, w}, {.grad_outputs = {y.detach()}});
    results.push_back(y.detach());
    return results;
  };
  Tensors alone;
  {
    const test::Cut cut(1);
    alone = all();
  }
  for (const int threads : {2, 3, 7}) {
    const test::Cut cut(threads);
    const Tensors again = all();
    for (std::size_t i = 0; i < alone.size(); ++i) {
      CAPTURE(threads, i);
      CHECK(test::difference(again[i], alone[i], 0, 0) == "");
    }
  }
}
