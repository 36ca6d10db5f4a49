#include "tapegrad/ops/reduce/product.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::OpRow;
using test::Tensors;
using Doubles = std::vector<double>;

namespace {

OpRow row(Tensor (*f)(const Tensor&), const Shape& empty, const Shape& empty_result) {
  return {.name = "prod",
          .f = [f](const Tensors& x) { return f(x[0]); },
          .inputs = {{{2, 3, 2}, 0.5, 2}},
          .empty_inputs = {empty},
          .empty_result = empty_result};
}

Tensor vector(Doubles values) { return Tensor::from_vector(std::move(values)); }

}  // namespace

TEST_CASE("products have their derivatives", "[ops][table]") {
  OpRow all = row([](const Tensor& x) { return prod(x); }, {0, 3}, {});
  all.refuses = {{"prod: dim 2 is out of range for rank 2",
                  [] {
                    prod(ones({2, 3}), 2);
                  }},
                 {"prod: dim -2 is given twice in [0, -2]", [] {
                    prod(ones({2, 3}), {0, -2});
                  }}};
  OpRow of_two = row(
      [](const Tensor& x) {
        return prod(x, {0, 2}, keepdim);
      },
      {0, 3, 0}, {1, 3, 1});
  test::check_rows({all, row([](const Tensor& x) { return prod(x, 1); }, {2, 0, 3}, {2, 3}),
                    row([](const Tensor& x) { return prod(x, -1, keepdim); }, {0, 3}, {0, 1}),
                    of_two});
}

TEST_CASE("a product of nothing is 1, of integers int64", "[ops][reduce]") {
  CHECK(prod(zeros({0})).item<float>() == 1);
  CHECK(prod(zeros({2, 0}), 1).to_vector<double>() == Doubles{1, 1});
  CHECK(prod(tensor({2, 3, -7})).item<std::int64_t>() == -42);
  CHECK(prod(tensor({true, true})).dtype() == int64);
  CHECK(prod(full({64}, 2)).item<std::int64_t>() == 0);  // wraps around
  CHECK(prod(full({}, 3.0)).item<double>() == 3);
  CHECK(prod(full({}, 3.0), 0, keepdim).dim() == 0);
  CHECK(std::isnan(prod(vector({0, std::numeric_limits<double>::infinity()})).item<double>()));
}

TEST_CASE("a float32 product passes through what float32 can't hold", "[ops][reduce]") {
  CHECK(prod(tensor({1e30f, 1e30f, 1e-30f, 1e-30f, 3.0f})).item<float>() == Approx(3));
  const Tensor x = test::spread({1000}, 0.9, 1.1);
  long double exact = 1;
  for (const double v : x.to_vector<double>()) exact *= v;
  CHECK(prod(x).item<double>() == Approx(static_cast<double>(exact)).epsilon(1e-13));
}

TEST_CASE("a product's derivatives are right at zeros", "[ops][reduce]") {
  const auto gradient = [](const Tensor& x) { return grad({prod(x)}, {x})[0].to_vector<double>(); };
  CHECK(gradient(vector({2, 0, 3}).requires_grad_()) == Doubles{0, 6, 0});
  CHECK(gradient(vector({0, 0, 3}).requires_grad_()) == Doubles{0, 0, 0});
  // Of the second order: x y z has z as its mixed derivative by x and y.
  const Tensor x = vector({0, 0, 3}).requires_grad_();
  const Tensor once = grad({prod(x)}, {x}, {.create_graph = true})[0];
  CHECK(grad({once[0]}, {x})[0].to_vector<double>() == Doubles{0, 3, 0});
}
