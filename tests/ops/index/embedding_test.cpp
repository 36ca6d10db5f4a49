#include "tapegrad/ops/index/embedding.hpp"

#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Numbers = std::vector<double>;

TEST_CASE("rows that are looked up have their derivatives", "[ops][table]") {
  const Tensor pick = tensor({2, 0, 2, 1}, {.dtype = int64});
  const Tensor none = empty({0}, {.dtype = int64});
  const Tensor w = zeros({3, 2});
  test::check_rows({
      {.name = "embedding",
       .f = [=](const Tensors& v) { return square(nn::embedding(pick, v[0], {.sparse = true})); },
       .inputs = {{{3, 2}}},
       .empty_inputs = {{3, 0}},
       .empty_result = {4, 0},
       .refuses =
           {{"embedding: argument 1 is an undefined", [=] { nn::embedding(Tensor(), w); }},
            {"embedding: argument 2 is an undefined", [=] { nn::embedding(pick, Tensor()); }},
            {"embedding: index 3 is out of range for a dimension of size 3",
             [=] { nn::embedding(tensor({3}), w); }},
            {"embedding: index -1 is out of range",
             [=] {
               nn::embedding(tensor({-1}), Tensor(w.clone()).requires_grad_(), {.sparse = true});
             }},
            {"embedding: indices must be integers, got float32", [=] { nn::embedding(w, w); }},
            {"embedding: weight is [2]; it needs two", [=] { nn::embedding(pick, zeros({2})); }},
            {"embedding: padding_idx is 3; there are 3 rows",
             [=] { nn::embedding(pick, w, {.padding_idx = 3}); }},
            {"embedding: padding_idx is -4; there are 3", [=] { nn::embedding(pick, w, -4); }},
            {"embedding: max_norm is 0; it must be positive",
             [=] { nn::embedding(pick, w, {.max_norm = 0}); }},
            {"embedding: norm_type is -1; it must be",
             [=] { nn::embedding(pick, w, {.max_norm = 1, .norm_type = -1}); }},
            {"embedding: scale_grad_by_freq is true and sparse true",
             [=] { nn::embedding(pick, w, {.scale_grad_by_freq = true, .sparse = true}); }}}},
      {.name = "embedding",
       .f = [=](const Tensors& v) { return square(nn::embedding(none, v[0], {.sparse = true})); },
       .inputs = {{{3, 2}}},
       .empty_inputs = {{3, 0}},
       .empty_result = {0, 0}},
  });
}

// PyTorch 2.13: nn.Embedding(4, 2, padding_idx=1, scale_grad_by_freq=True).
TEST_CASE("scale_grad_by_freq divides by how often a row is named", "[ops][embedding]") {
  const Tensor w = ones({4, 2}).requires_grad_();
  const Tensor indices = tensor({1, 2, 2, 3}, {.dtype = int64});
  nn::embedding(indices, w, {.padding_idx = 1, .scale_grad_by_freq = true}).sum().backward();
  CHECK(w.grad().to_vector<double>() == Numbers{0, 0, 0, 0, 1, 1, 1, 1});
  Tensor(w).set_grad({});
  (nn::embedding(indices, w, {.scale_grad_by_freq = true}) * tensor({{1.}, {2.}, {4.}, {8.}}))
      .sum()
      .backward();
  CHECK(w.grad().to_vector<double>() == Numbers{0, 0, 1, 1, 3, 3, 8, 8});
}

TEST_CASE("max_norm shortens rows in the weight before they are looked up", "[ops][embedding]") {
  const Tensor w =
      tensor({{3., 4.}, {0.3, 0.4}, {6., 8.}, {30., 40.}}, {.dtype = float64}).requires_grad_();
  const Tensor indices = tensor({{0, 1}, {2, 0}}, {.dtype = int32});
  const Tensor y = nn::embedding(indices, w, {.max_norm = 1});
  // max_norm / (norm + 1e-7), by hand.
  const double five = 1 / (5 + 1e-7), ten = 1 / (10 + 1e-7);
  const Numbers expected{3 * five, 4 * five, 0.3, 0.4, 6 * ten, 8 * ten, 30, 40};
  const Numbers found = w.to_vector<double>();
  for (std::size_t i = 0; i < 8; ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-15));
  CHECK(y.shape() == Shape{2, 2, 2});
  CHECK(test::difference(y[0][1], w[1].detach(), 0, 0) == "");
  y.sum().backward();
  CHECK(w.grad().to_vector<double>() == Numbers{2, 2, 1, 1, 1, 1, 0, 0});
  // Norms of other orders: |3| + |4| = 7.
  const Tensor v = tensor({{3., -4.}}, {.dtype = float64});
  nn::embedding(tensor({0, 0}), v, {.max_norm = 3.5, .norm_type = 1});
  CHECK(v[0][1].item<double>() == Approx(-4 * 3.5 / (7 + 1e-7)).epsilon(1e-15));
}

TEST_CASE("an infinite padding gets no gradient, and gives none", "[ops][embedding]") {
  const double infinite = std::numeric_limits<double>::infinity();
  const Tensor indices = tensor({0, 1, 1}, {.dtype = int64});
  for (const bool sparse : {false, true}) {
    const Tensor w = tensor({{1., 2.}, {infinite, 3.}}).requires_grad_();
    exp(nn::embedding(indices, w, {.padding_idx = 1, .sparse = sparse}) * 0).sum().backward();
    CHECK(w.grad().to_vector<double>() == Numbers{0, 0, 0, 0});
  }
}
