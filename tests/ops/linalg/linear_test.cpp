#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Arrangement;
using test::Tensors;

namespace {

test::OpRow with_bias(const Shape& x, const Shape& w, const Shape& b, const Shape& empty,
                      const Shape& result) {
  return {.name = "linear",
          .f = [](const Tensors& in) { return nn::linear(in[0], in[1], in[2]); },
          .inputs = {{x}, {w}, {b}},
          .empty_inputs = {empty, w, b},
          .empty_result = result};
}

test::OpRow without_bias(const Shape& x, const Shape& w, const Shape& empty, const Shape& result) {
  return {.name = "linear",
          .f = [](const Tensors& in) { return nn::linear(in[0], in[1]); },
          .inputs = {{x}, {w}},
          .empty_inputs = {empty, w},
          .empty_result = result};
}

std::vector<test::Refusal> refusals() {
  const auto shaped = [](const Shape& x, const Shape& w, const Shape& b) {
    return [=] { nn::linear(zeros(x), zeros(w), zeros(b)); };
  };
  return {
      {"linear: the last size isn't in_features: x is [5, 4], weight is [2, 3] [out_features, "
       "in_features]",
       shaped({5, 4}, {2, 3}, {2})},
      {"x is [], weight is [2, 3]", shaped({}, {2, 3}, {2})},
      {"x is [3], weight is [3]", shaped({3}, {3}, {1})},
      {"linear: bias is [3], weight is [2, 3]; it needs one number for each of the 2 out_features",
       shaped({5, 3}, {2, 3}, {3})},
      {"bias is [1, 2]", shaped({5, 3}, {2, 3}, {1, 2})},
      {"linear: x is float64, weight is float32",
       [] {
         nn::linear(zeros({5, 3}, {.dtype = float64}), zeros({2, 3}));
       }},
      {"linear: x is int64, weight is int64",
       [] {
         nn::linear(zeros({1, 1}, {.dtype = int64}), zeros({1, 1}, {.dtype = int64}));
       }},
      {"linear: bias is float64, weight is float32",
       [] {
         nn::linear(zeros({5, 3}), zeros({2, 3}), zeros({2}, {.dtype = float64}));
       }},
  };
}

/// x @ w.T + b in double, by loops.
std::vector<double> naive(const Tensor& x, const Tensor& w, const Tensor& b) {
  const std::vector<double> in = x.to_vector<double>();
  const std::vector<double> weights = w.to_vector<double>();
  const std::vector<double> bias = b.to_vector<double>();
  const auto n = static_cast<std::size_t>(w.size(0));
  const auto k = static_cast<std::size_t>(w.size(1));
  std::vector<double> y;
  for (std::size_t row = 0; row * k < in.size(); ++row) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = bias[j];
      for (std::size_t l = 0; l < k; ++l) sum += in[row * k + l] * weights[j * k + l];
      y.push_back(sum);
    }
  }
  return y;
}

}  // namespace

TEST_CASE("linear has its derivatives with and without a bias, for every rank", "[ops][table]") {
  std::vector<test::OpRow> rows = {
      with_bias({4, 3}, {2, 3}, {2}, {0, 3}, {0, 2}),
      with_bias({3}, {2, 3}, {2}, {3}, {2}),
      with_bias({2, 2, 3}, {4, 3}, {4}, {2, 0, 3}, {2, 0, 4}),
      with_bias({4, 1}, {1, 1}, {1}, {0, 1}, {0, 1}),
      with_bias({9, 7}, {8, 7}, {8}, {0, 7}, {0, 8}),  // by BLAS
      with_bias({40, 5}, {1, 5}, {1}, {0, 5}, {0, 1}),
      without_bias({4, 3}, {2, 3}, {0, 3}, {0, 2}),
      without_bias({2, 2, 3}, {1, 3}, {0, 2, 3}, {0, 2, 1}),
  };
  rows[1].empty_inputs = {{0}, {2, 0}, {2}};
  rows[0].refuses = refusals();
  test::check_rows(rows);
}

TEST_CASE("linear agrees with loops for every layout and type", "[ops][linear]") {
  for (const Arrangement lx :
       {Arrangement::dense, Arrangement::transposed, Arrangement::sliced, Arrangement::broadcast}) {
    for (const Arrangement lw : {Arrangement::dense, Arrangement::transposed, Arrangement::sliced,
                                 Arrangement::broadcast}) {
      for (const Shape& x_shape : {Shape{3, 2}, Shape{17, 30}, Shape{2, 3, 4}, Shape{200, 1}}) {
        for (const std::int64_t out : {1, 5, 40}) {
          CAPTURE(test::name_of(lx), test::name_of(lw), to_string(x_shape), out);
          const Tensor x = test::laid(test::spread(x_shape, -1, 1), lx);
          const Tensor w = test::laid(test::spread({out, x_shape.back()}, -1, 1, 2), lw);
          const Tensor b = test::laid(test::spread({out}, -1, 1, 3), lw);
          Shape shape = x_shape;
          shape[shape.size() - 1] = out;
          const Tensor expected = Tensor::from_vector(naive(x, w, b), shape);
          // At most 31 terms below 1: roundings of 2^-53, and of 2^-24 in float32, each.
          CHECK(test::difference(nn::linear(x, w, b), expected, 0, 31 * 31 * 1.2e-16) == "");
          CHECK(test::difference(nn::linear(x.to(float32), w.to(float32), b.to(float32)), expected,
                                 0, 33 * 1.2e-7) == "");
          CHECK(test::difference(nn::linear(x, w), expected - b, 0, 31 * 31 * 1.2e-16) == "");
        }
      }
    }
  }
}

TEST_CASE("an empty row of linear is the bias", "[ops][linear]") {
  const Tensor b = tensor({1, 2});
  CHECK(nn::linear(ones({3, 0}), ones({2, 0}), b.to(float32)).to_vector<double>() ==
        std::vector<double>{1, 2, 1, 2, 1, 2});
  Tensor w = ones({2, 0}, {.requires_grad = true});
  Tensor bias = ones({2}, {.requires_grad = true});
  nn::linear(ones({3, 0}), w, bias).sum().backward();
  CHECK(w.grad().shape() == Shape{2, 0});
  CHECK(bias.grad().to_vector<double>() == std::vector<double>{3, 3});
}

TEST_CASE("linear is one record, with the gradients of a product and a sum", "[ops][linear]") {
  for (const Shape& shape : {Shape{6, 3}, Shape{3}, Shape{2, 3, 3}}) {
    CAPTURE(to_string(shape));
    Tensors in{test::spread(shape, -1, 1).requires_grad_(),
               test::spread({2, 3}, -1, 1, 2).requires_grad_(),
               test::spread({2}, -1, 1, 3).requires_grad_()};
    const Tensor y = nn::linear(in[0], in[1], in[2]);
    CHECK(y.operation() == "linear");
    const Tensor g = test::spread(y.shape(), -1, 1, 4);
    const Tensors found = grad({y}, in, {.grad_outputs = {g}});
    const Tensor apart = matmul(in[0], in[1].t()) + in[2];
    const Tensors expected = grad({apart}, in, {.grad_outputs = {g}});
    for (std::size_t i = 0; i < in.size(); ++i) {
      CAPTURE(i);
      // The same sums of at most six products, perhaps in another order.
      CHECK(test::difference(found[i], expected[i], 0, 1e-15) == "");
    }
  }
}

TEST_CASE("linear saves only what the wanted gradients need", "[ops][linear]") {
  Tensor x = test::spread({4, 3}, -1, 1);
  Tensor w = test::spread({2, 3}, -1, 1);
  Tensor b = zeros({2}, {.dtype = float64, .requires_grad = true});
  Tensor loss = nn::linear(x, w, b).sum();
  x += 1;
  w += 1;
  loss.backward();  // the bias's gradient reads neither
  CHECK(b.grad().to_vector<double>() == std::vector<double>{4, 4});
  w.requires_grad_();
  loss = nn::linear(x, w, b).sum();
  x += 1;
  CHECK_THROWS_AS(loss.backward(), AutogradError);
}
