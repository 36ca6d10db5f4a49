#include "tapegrad/ops/linalg/contraction.hpp"

#include <string>

#include "assignments.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::naive;
using test::OpRow;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

namespace {

OpRow row(std::string_view recorded, const std::string& equation, std::vector<test::Input> inputs,
          std::vector<Shape> empty, const Shape& result) {
  return {.name = recorded,
          .f = [equation](const Tensors& x) { return einsum(equation, x); },
          .inputs = std::move(inputs),
          .empty_inputs = std::move(empty),
          .empty_result = result};
}

std::vector<test::Refusal> refusals() {
  const auto call = [](const char* equation, std::vector<Shape> shapes) {
    return [=] {
      Tensors operands;
      for (const Shape& shape : shapes) operands.push_back(zeros(shape));
      einsum(equation, operands);
    };
  };
  return {
      {"einsum: \"ij,jk->ik\" has 2 operands, 1 were given", call("ij,jk->ik", {{2, 2}})},
      {"einsum: operand 1 of \"ij,jk\" has 2 letters: shape [2]", call("ij,jk", {{2, 2}, {2}})},
      {"einsum: operand 0 of \"...ij\" has 2 letters: shape [2]", call("...ij", {{2}})},
      {"einsum: sizes 3 and 2 for one label in \"ij,jk\": shapes [2, 3] and [2, 4]",
       call("ij,jk", {{2, 3}, {2, 4}})},
      {"einsum: operand 0 of \"ii\" has sizes 2 and 3 for 'i': shape [2, 3]", call("ii", {{2, 3}})},
      {"einsum: '1' in \"i1->i\"; terms are letters and at most one \"...\"",
       call("i1->i", {{2, 3}})},
      {"einsum: '.' in \"i.j\"", call("i.j", {{2, 3}})},
      {"einsum: '.' in \"...i...\"", call("...i...", {{2, 3}})},
      {"einsum: 'k' in the result of \"ij->k\"; it must stand in an operand, and once here",
       call("ij->k", {{2, 3}})},
      {"einsum: 'i' in the result of \"ij->ii\"", call("ij->ii", {{2, 3}})},
      {"einsum: '-' in \"i->j->k\"", call("i->j->k", {{2}})},
      {"einsum: the product of shapes [1, 1, 1, 1, 1] and [1, 1, 1, 1] would have 9 dimensions; "
       "there may be 8",
       call("abcde,fghi", {{1, 1, 1, 1, 1}, {1, 1, 1, 1}})},
      {"einsum: element types differ: float32 and int64; convert one with to(float32)",
       [] {
         einsum("i,i", ones({2}), tensor({1, 2}));
       }},
      {"einsum: boolean tensors", [] { einsum("i->", ones({2}, boolean)); }},
      {"tensordot: 3 dimensions of shapes [2, 3] and [3, 2, 2]",
       [] {
         tensordot(zeros({2, 3}), zeros({3, 2, 2}), 3);
       }},
      {"tensordot: dim -1 of shape [2, 3] meets dim 0 of shape [2, 4]",
       [] {
         tensordot(zeros({2, 3}), zeros({2, 4}), Dims{-1}, Dims{0});
       }},
      {"tensordot: dims [0, 1] of the first tensor and [0] of the second",
       [] {
         tensordot(zeros({2, 3}), zeros({2, 4}), {0, 1}, 0);
       }},
      {"tensordot: dim -2 is given twice in [0, -2]",
       [] {
         tensordot(zeros({2, 3}), zeros({2, 3}), {0, -2}, {0, 1});
       }},
      {"tensordot: dim 2 is out of range", [] { tensordot(zeros({2}), zeros({2}), 2, 0); }},
      {"trace: a matrix needs rank 2: shape [2]", [] { trace(zeros({2})); }},
  };
}

}  // namespace

TEST_CASE("contractions have their derivatives", "[ops][table]") {
  OpRow first = row("matmul", "ij,jk->ki", {{{2, 3}}, {{3, 4}}}, {{0, 3}, {3, 4}}, {4, 0});
  first.refuses = refusals();
  test::check_rows({
      first,
      row("matmul", "bij,bkj->bik", {{{2, 2, 3}}, {{2, 4, 3}}}, {{0, 2, 3}, {0, 4, 3}}, {0, 2, 4}),
      row("mul", "i,j->ji", {{{2}}, {{3}}}, {{0}, {3}}, {3, 0}),
      row("matmul", "...ij,...j", {{{2, 2, 3}}, {{1, 3}}}, {{0, 2, 3}, {1, 3}}, {0, 2}),
      row("matmul", "ij,jk,kl,l", {{{2, 3}}, {{3, 2}}, {{2, 2}}, {{2}}},
          {{0, 3}, {3, 2}, {2, 2}, {2}}, {0}),
      row("diagonal", "iji->j", {{{3, 2, 3}}}, {{0, 2, 0}}, {2}),
      {.name = "matmul",
       .f = [](const Tensors& x) { return tensordot(x[0], x[1]); },
       .inputs = {{{2, 3, 2}}, {{3, 2, 2}}},
       .empty_inputs = {{0, 3, 2}, {3, 2, 2}},
       .empty_result = {0, 2}},
      {.name = "matmul",
       .f =
           [](const Tensors& x) {
             return tensordot(x[0], x[1], {0, -1}, {1, 0});
           },
       .inputs = {{{2, 2, 3}}, {{3, 1, 4}}},
       .empty_inputs = {{2, 0, 3}, {3, 1, 4}},
       .empty_result = {0, 4}},
      {.name = "diagonal",
       .f = [](const Tensors& x) { return square(trace(x[0])); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {}},
  });
}

TEST_CASE("einsum and tensordot keep the type of integers", "[ops][linalg]") {
  const Tensor a = tensor({{1, 2}, {3, 4}}, int32);
  const Tensor y = einsum("ij,jk->k", a, a);
  CHECK(y.dtype() == int32);
  CHECK(y.to_vector<std::int64_t>() == Ints{4 * 1 + 6 * 3, 4 * 2 + 6 * 4});
  CHECK(tensordot(a, a).item<std::int64_t>() == 1 + 4 + 9 + 16);
}

TEST_CASE("tensordot sums over the dimensions that it is told", "[ops][linalg]") {
  const Tensor a = test::spread({2, 3, 4}, -1, 1);
  const Tensor b = test::spread({4, 3, 5}, -1, 1, 2);
  CHECK(test::difference(tensordot(a, b, {2, 1}, {0, 1}), einsum("ijk,kjl->il", a, b), 0, 1e-14) ==
        "");
  CHECK(test::difference(tensordot(a, b, -1, 0), naive({"ijk", "klm"}, "ijlm", {a, b}), 0, 1e-14) ==
        "");
  CHECK(tensordot(a, b, 0).shape() == Shape{2, 3, 4, 4, 3, 5});
  CHECK(test::difference(tensordot(a, ones({1, 1}, float64), {1, 2}, {0, 1}), sum(a, {1, 2}), 0,
                         1e-14) == "");
}

TEST_CASE("the trace is the sum of the diagonal", "[ops][linalg]") {
  CHECK(trace(tensor({{1, 2, 3}, {4, 5, 6}})).item<std::int64_t>() == 6);
  CHECK(trace(zeros({0, 3})).item<double>() == 0);
}
