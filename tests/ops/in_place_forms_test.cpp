// In-place forms, whose names end in _: what is written, what is recorded and what is refused.
#include <cmath>
#include <functional>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

using namespace tapegrad;
using tapegrad::test::check_rows;
using tapegrad::test::error_of;
using tapegrad::test::Tensors;
using Floats = std::vector<float>;

TEST_CASE("an in-place form writes what the function gives", "[ops][in-place]") {
  Tensor x = tensor({1.0f, 4.0f, 9.0f});
  const Tensor view = x[{Slice(0, 2)}];
  CHECK(x.sqrt_().is_same(x));
  CHECK(x.to_vector<float>() == Floats{1, 2, 3});
  CHECK(view.to_vector<float>() == Floats{1, 2});
  CHECK(x.pow_(2).neg_().abs_().to_vector<float>() == Floats{1, 4, 9});
  CHECK(x.clamp_(2, 5).to_vector<float>() == Floats{2, 4, 5});
  CHECK(x.clamp_min_(3).maximum_(tensor(4.0f)).to_vector<float>() == Floats{4, 4, 5});
  CHECK(x.add_(1).mul_(2).sub_(4).div_(2).to_vector<float>() == Floats{3, 3, 4});
  Tensor columns = tensor({{1.0f, -2.0f}, {-3.0f, 4.0f}}).t();
  columns.relu_();
  CHECK(columns.to_vector<float>() == Floats{1, 0, 0, 4});
}

// The derivatives of compositions, by finite differences: those that keep their input, whose
// elements are gone by then, and those that keep their result.
TEST_CASE("an in-place form is recorded with what it overwrites", "[ops][in-place][table]") {
  const auto changed = [](const Tensor& x, const std::function<void(Tensor&)>& change) {
    Tensor y = x.clone();
    change(y);
    return square(y);
  };
  check_rows({
      {.name = "copy",
       .f = [=](const Tensors& x) { return changed(x[0], [](Tensor& y) { y.log_().sigmoid_(); }); },
       .inputs = {{{2, 3}, 0.5, 2}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
      {.name = "copy",
       .f = [=](const Tensors& x) { return changed(x[0], [&](Tensor& y) { y.pow_(x[1]); }); },
       .inputs = {{{2, 3}, 0.5, 2}, {{3}, 1, 2}},
       .empty_inputs = {{0, 3}, {3}},
       .empty_result = {0, 3}},
      {.name = "copy",
       .f = [=](const Tensors& x) { return changed(x[0], [](Tensor& y) { y.pow_(y); }); },
       .inputs = {{{2, 3}, 0.5, 2}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
      {.name = "copy",
       .f = [=](const Tensors& x) { return changed(x[0], [&](Tensor& y) { y.copy_(x[1]); }); },
       .inputs = {{{2, 3}}, {{3}}},
       .empty_inputs = {{0, 3}, {3}},
       .empty_result = {0, 3}},
      {.name = "copy",
       .f =
           [=](const Tensors& x) {
             return changed(x[0], [](Tensor& y) { y[{ellipsis, Slice(0, 2)}].sigmoid_(); });
           },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
  });
}

TEST_CASE("an in-place form refuses before it computes", "[ops][in-place]") {
  Tensor leaf = tensor({1.0f, 2.0f}, {.requires_grad = true});
  CHECK(error_of([&] { leaf.exp_(); }).starts_with("exp_: a leaf of shape [2] that requires grad"));
  CHECK(leaf.to_vector<float>() == Floats{1, 2});
  {
    const NoGrad guard;
    leaf.exp_();
    CHECK(leaf.to_vector<float>()[0] == Approx(std::exp(1)));
  }
  Tensor whole = tensor({1, 2});
  CHECK(error_of([&] { whole.exp_(); }).starts_with("exp_: a result of float32 doesn't fit"));
  CHECK(whole.neg_().to_vector<int>() == std::vector<int>{-1, -2});
  Tensor narrow = ones({3});
  CHECK(error_of([&] {
          narrow.maximum_(ones({2, 3}));
        }).starts_with("maximum_: a result of shape [2, 3]"));
  Tensor spread = ones({1}).expand({3});
  CHECK(error_of([&] { spread.exp_(); }).starts_with("exp_: elements of shape [3]"));
  CHECK(error_of([] { Tensor().exp_(); }).starts_with("exp_: "));
}
