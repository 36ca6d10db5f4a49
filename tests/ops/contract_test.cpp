// What operations say of their results: the rows of those without a derivative, which have no
// other, and what no row reaches. check_contract() is part of every row of the operation table.
#include "support/contract.hpp"

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::check_contract;
using test::OpRow;
using test::Tensors;

namespace {

OpRow comparison_row(std::string_view name, Tensor (*f)(const Tensor&, const Tensor&)) {
  return {.name = name,
          .f = [f](const Tensors& x) { return f(x[0], x[1]); },
          .inputs = {{{2, 3}}, {{3}}},
          .empty_inputs = {{0, 3}, {3}},
          .empty_result = {0, 3},
          .differentiable = false};
}

OpRow index_row(std::string_view name, Tensor (*f)(const Tensor&, AsDim, Keepdim)) {
  return {.name = name,
          .f = [f](const Tensors& x) { return f(x[0], -2, Keepdim::no); },
          .inputs = {{{2, 3, 4}}},
          .empty_inputs = {{0, 3, 4}},
          .empty_result = {0, 4},
          .differentiable = false};
}

}  // namespace

TEST_CASE("operations without a derivative", "[ops][table]") {
  test::check_rows({
      comparison_row("eq", operator==),
      comparison_row("ne", operator!=),
      comparison_row("lt", operator<),
      comparison_row("le", operator<=),
      comparison_row("gt", operator>),
      comparison_row("ge", operator>=),
      index_row("argmax", argmax),
      index_row("argmin", argmin),
      {.name = "to_integer",
       .f = [](const Tensors& x) { return x[0].to(int32); },
       .inputs = {{{2, 3}, -9, 9}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3},
       .differentiable = false},
      {.name = "one_hot",
       .f = [](const Tensors& x) { return one_hot(x[0].to(int64), 4); },
       .inputs = {{{2, 3}, 0.1, 3.9}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3, 4},
       .refuses = {{"one_hot: index 4 is out of range", [] { one_hot(tensor({4}), 4); }}},
       .differentiable = false},
  });
}

TEST_CASE("results in other types than the inputs are foretold", "[ops][contract]") {
  const Tensor whole = arange(6, {.dtype = int32}).reshape({2, 3});
  const Tensor truth = whole > 2;
  const Tensor single = whole.to(float32);
  const Tensor exact = full({}, 0.5, {.dtype = float64});
  check_contract([&] {
    const Tensors results{
        exp(whole),
        exp(truth),
        square(truth),
        relu(whole),
        whole + single,
        whole / 2,
        whole + exact,
        single + exact,
        whole.to(int64) * single,
        maximum(truth, whole),
        whole == 0.5,
        whole.to(int64) < single,
        where(truth, whole, single),
        sum(truth),
        sum(whole, 0, keepdim),
        cat({truth, whole, single}, 1),
        stack({whole, single}),
        matmul(whole, whole.t()),
        nn::mse_loss(single, whole),
        amax(whole, {1}),
        truth.to(uint8),
    };
  });
}

TEST_CASE("products of every rank are foretold", "[ops][contract]") {
  const Tensor vector = test::spread({3}, -1, 1);
  const Tensor matrix = test::spread({3, 3}, -1, 1);
  const Tensor batch = test::spread({2, 1, 3, 3}, -1, 1);
  check_contract([&] {
    for (const Tensor& a : {vector, matrix, batch}) {
      for (const Tensor& b : {vector, matrix, batch.transpose(0, 1)}) matmul(a, b);
    }
  });
}
