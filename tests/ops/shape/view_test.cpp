#include <numeric>

#include "ops/strided.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

/// 0, 1, 2, ... in a shape.
Tensor counted(const Shape& shape) {
  std::vector<double> values(static_cast<std::size_t>(numel(shape)));
  std::iota(values.begin(), values.end(), 0.0);
  return Tensor::from_vector(std::move(values), shape);
}

using Values = std::vector<double>;

}  // namespace

TEST_CASE("views have their derivatives", "[ops][table]") {
  // A view is linear: squaring it gives the second order something to find.
  test::check_rows({
      {.name = "view",
       .f =
           [](const Tensors& x) {
             return square(x[0].reshape({3, -1}));
           },
       .inputs = {{{2, 6}}},
       .empty_inputs = {{0, 6}},
       .empty_result = {3, 0},
       .refuses = {{"must stay",
                    [] {
                      zeros({2, 3}).reshape({4, 2});
                    }},
                   {"use reshape()",
                    [] {
                      zeros({2, 3}).t().view({6});
                    }},
                   {"more than one -1",
                    [] {
                      zeros({2, 3}).reshape({-1, -1});
                    }},
                   {"can't hold",
                    [] {
                      zeros({2, 3}).reshape({-1, 4});
                    }}}},
      {.name = "transpose",
       .f = [](const Tensors& x) { return square(x[0].transpose(0, -1)); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {3, 0},
       .refuses = {{"dim 2 is out of range for rank 2",
                    [] {
                      zeros({2, 3}).transpose(0, 2);
                    }},
                   {"at least two dimensions", [] { zeros({2}).mT(); }},
                   {"rank 3",
                    [] {
                      zeros({2, 2, 2}).t();
                    }}}},
      {.name = "permute",
       .f =
           [](const Tensors& x) {
             return square(x[0].permute({2, 0, 1}));
           },
       .inputs = {{{2, 3, 2}}},
       .empty_inputs = {{2, 0, 4}},
       .empty_result = {4, 2, 0},
       .refuses = {{"given twice",
                    [] {
                      zeros({2, 3}).permute({1, -1});
                    }},
                   {"order [0]",
                    [] {
                      zeros({2, 3}).permute({0});
                    }}}},
      {.name = "select",
       .f = [](const Tensors& x) { return square(x[0].select(1, -1)); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0},
       .refuses = {{"index 3 is out of range for a dimension of size 3",
                    [] {
                      zeros({2, 3}).select(1, 3);
                    }}}},
      {.name = "slice",
       .f = [](const Tensors& x) { return square(x[0].slice(1, 1, -1, 2)); },
       .inputs = {{{2, 6}}},
       .empty_inputs = {{2, 0}},
       .empty_result = {2, 0},
       .refuses = {{"step 0", [] { zeros({3}).slice(0, 0, 3, 0); }},
                   {"reach past", [] { zeros({3}).narrow(0, 2, 2); }}}},
      {.name = "expand",
       .f =
           [](const Tensors& x) {
             return square(x[0].expand({4, -1, 2}));
           },
       .inputs = {{{3, 1}}},
       .empty_inputs = {{0, 1}},
       .empty_result = {4, 0, 2},
       .refuses = {{"doesn't stretch",
                    [] {
                      zeros({2, 3}).expand({2, 4});
                    }},
                   {"fewer dimensions",
                    [] {
                      zeros({2, 3}).expand({3});
                    }}}},
  });
}

TEST_CASE("copies and conversions have their derivatives", "[ops][table]") {
  test::check_rows({
      {.name = "clone",
       .f = [](const Tensors& x) { return square(x[0].clone()); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0}},
       .empty_result = {0}},
      {.name = "to",
       .f = [](const Tensors& x) { return square(x[0].to(float32)).to(x[0].dtype()); },
       .inputs = {{{2, 3}, 0.5, 2}},
       .empty_inputs = {{0}},
       .empty_result = {0},
       // The result and the gradient are rounded to float32 on the way.
       .tolerance = 1e-6},
      {.name = "to_integer",
       .f = [](const Tensors& x) { return x[0].to(int64); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0}},
       .empty_result = {0},
       .differentiable = false},
  });
}

TEST_CASE("conversion passes the gradient back in the input's type", "[ops][convert]") {
  Tensor x = Tensor::from_vector<double>({1.5, -2}).requires_grad_();
  (x.to(float32) * 3).sum().backward();
  CHECK(x.grad().dtype() == float64);
  CHECK(x.grad().to_vector<double>() == Values{3, 3});
}

TEST_CASE("writing through a view has its derivatives", "[ops][table]") {
  const Layout diagonal(Shape{3}, Strides{4}, 0);
  test::check_rows({
      {.name = "as_strided",
       .f = [diagonal](const Tensors& x) { return square(as_strided(x[0], diagonal)); },
       .inputs = {{{3, 3}}},
       .never_empty = "its layout is absolute"},
      {.name = "as_strided_scatter",
       .f = [diagonal](
                const Tensors& x) { return square(as_strided_scatter(x[0], x[1], diagonal)); },
       .inputs = {{{3, 3}}, {{3}}},
       .never_empty = "its layout is absolute"},
  });
}

TEST_CASE("a view shares storage with its base", "[core][view]") {
  Tensor x = counted({2, 3, 4});
  for (const Tensor& v : {x.view({6, 4}), x.transpose(0, 2), x.permute({1, 2, 0}), x.select(1, 2),
                          x.slice(2, 1, 3), x.narrow(0, 1, 1), x.unsqueeze(1), x.flatten(),
                          x.expand({5, 2, 3, 4}), x.mT(), x.detach()}) {
    CHECK(v.shares_storage_with(x));
  }
  CHECK(!x.clone().shares_storage_with(x));
  CHECK(!x.mT().contiguous().shares_storage_with(x));
  CHECK(x.contiguous().is_same(x));
  x.fill_(7);
  CHECK(x.select(0, 1).to_vector<double>() == Values(12, 7));
}

TEST_CASE("views read the elements that their indices name", "[core][view]") {
  const Tensor x = counted({2, 3});
  CHECK(x.t().to_vector<double>() == Values{0, 3, 1, 4, 2, 5});
  CHECK(x.select(1, 1).to_vector<double>() == Values{1, 4});
  CHECK(x.slice(1, 0, 3, 2).to_vector<double>() == Values{0, 2, 3, 5});
  CHECK(x.slice(1, -2).to_vector<double>() == Values{1, 2, 4, 5});
  CHECK(x.slice(1, 5, 9).shape() == Shape{2, 0});
  CHECK(x.narrow(1, -1, 1).to_vector<double>() == Values{2, 5});
  CHECK(x.t().reshape({2, 3}).to_vector<double>() == Values{0, 3, 1, 4, 2, 5});
  CHECK(x.slice(1, 0, 2).view({2, 2, 1}).to_vector<double>() == Values{0, 1, 3, 4});
  CHECK(x.unsqueeze(-1).shape() == Shape{2, 3, 1});
  CHECK(x.unsqueeze(0).squeeze().shape() == Shape{2, 3});
  CHECK(x.squeeze(0).shape() == Shape{2, 3});
  CHECK(counted({2, 3, 4}).flatten(1).shape() == Shape{2, 12});
  CHECK(counted({2, 3, 4}).flatten(0, 1).shape() == Shape{6, 4});
  CHECK(counted({}).flatten().shape() == Shape{1});
}

TEST_CASE("a rank above 8 is refused", "[core][shape]") {
  const Tensor x = zeros({1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(x.dim() == 8);
  CHECK_THROWS_AS(x.unsqueeze(0), ShapeError);
  CHECK_THROWS_AS(zeros({1, 1, 1, 1, 1, 1, 1, 1, 1}), ShapeError);
}
