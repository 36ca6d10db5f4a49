#include "tapegrad/ops/linalg/contraction.hpp"

#include <map>
#include <string>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
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

/// The sum that defines einsum(), over each assignment of the labels' values.
Tensor naive(const std::vector<std::string>& terms, const std::string& result, const Tensors& x) {
  std::map<char, std::int64_t> size;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    for (std::size_t d = 0; d < terms[i].size(); ++d) {
      size[terms[i][d]] = std::max(size[terms[i][d]], x[i].shape()[d]);
    }
  }
  std::int64_t all = 1;
  for (const auto& entry : size) all *= entry.second;
  Shape shape;
  for (const char label : result) shape.push_back(size[label]);
  std::vector<double> sums(static_cast<std::size_t>(numel(shape)), 0);
  std::vector<std::vector<double>> values;
  for (const Tensor& one : x) values.push_back(one.to_vector<double>());
  for (std::int64_t n = 0; n < all; ++n) {
    std::map<char, std::int64_t> at;
    std::int64_t rest = n;
    for (const auto& entry : size) {
      at[entry.first] = rest % entry.second;
      rest /= entry.second;
    }
    const auto place = [&](const std::string& term, const Shape& of) {
      std::int64_t place = 0;
      for (std::size_t d = 0; d < term.size(); ++d) {
        place = place * of[d] + (of[d] == 1 ? 0 : at[term[d]]);
      }
      return static_cast<std::size_t>(place);
    };
    double product = 1;
    for (std::size_t i = 0; i < x.size(); ++i) product *= values[i][place(terms[i], x[i].shape())];
    sums[place(result, shape)] += product;
  }
  return Tensor::from_vector(std::move(sums), shape);
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

TEST_CASE("einsum is the sum over all assignments of its labels", "[ops][linalg]") {
  struct Case {
    std::vector<std::string> terms;
    std::string result;
    std::vector<Shape> shapes;
  };
  const Case cases[] = {
      {{"ij", "jk"}, "ik", {{2, 3}, {3, 4}}},
      {{"ij", "jk"}, "", {{2, 3}, {3, 4}}},
      {{"ij", "ij"}, "ij", {{2, 3}, {2, 3}}},
      {{"ij", "ij"}, "j", {{2, 3}, {1, 3}}},
      {{"ij", "kl"}, "lj", {{2, 3}, {4, 2}}},
      {{"bhqd", "bhkd"}, "bhqk", {{2, 3, 4, 5}, {2, 3, 2, 5}}},
      {{"ii"}, "", {{3, 3}}},
      {{"iij"}, "ji", {{3, 3, 2}}},
      {{"iii"}, "i", {{3, 3, 3}}},
      {{"ijij"}, "ij", {{2, 3, 2, 3}}},
      {{"ii", "ij"}, "j", {{3, 3}, {3, 2}}},
      {{"ij", "jk"}, "ik", {{2, 1}, {3, 4}}},
      {{"ij", "ij", "ik"}, "kj", {{2, 3}, {2, 1}, {2, 2}}},
      {{"i", "ij", "j"}, "", {{2}, {2, 3}, {3}}},
      {{"a", "b", "c"}, "cab", {{2}, {3}, {4}}},
      {{"", "i"}, "i", {{}, {3}}},
      {{"bn", "anm", "bm"}, "ba", {{2, 3}, {4, 3, 5}, {2, 5}}},
      {{"Ij", "jI"}, "I", {{2, 3}, {3, 2}}},
  };
  for (const Case& c : cases) {
    Tensors x;
    std::string equation;
    for (std::size_t i = 0; i < c.terms.size(); ++i) {
      x.push_back(test::spread(c.shapes[i], -1, 1, static_cast<int>(i)));
      equation += (i > 0 ? "," : "") + c.terms[i];
    }
    equation += "->" + c.result;
    CAPTURE(equation);
    CHECK(test::difference(einsum(equation, x), naive(c.terms, c.result, x), 0, 1e-14) == "");
  }
}

TEST_CASE("without an arrow einsum keeps what stands once, in alphabetical order",
          "[ops][linalg]") {
  const Tensor a = test::spread({2, 3}, -1, 1);
  const Tensor b = test::spread({3, 4}, -1, 1, 2);
  CHECK(test::difference(einsum("kj,ji", a, b), einsum("kj,ji->ik", a, b), 0, 0) == "");
  CHECK(test::difference(einsum("aB", a), a.t(), 0, 0) == "");
  CHECK(test::difference(einsum("ii", tensor({{1, 2}, {3, 4}})), tensor(5), 0, 0) == "");
  CHECK(test::difference(einsum(" i j , j k ", a, b), matmul(a, b), 0, 1e-15) == "");
}

TEST_CASE("the dots of einsum stand for any dimensions", "[ops][linalg]") {
  const Tensor a = test::spread({5, 2, 3}, -1, 1);
  const Tensor b = test::spread({4, 1, 3, 2}, -1, 1, 2);
  CHECK(test::difference(einsum("...ij,...jk", a, b), matmul(a, b), 0, 1e-15) == "");
  CHECK(test::difference(einsum("...ij,...jk->ik...", a, b), matmul(a, b).permute(2, 3, 0, 1), 0,
                         1e-15) == "");
  CHECK(test::difference(einsum("i...->...", a), sum(a, 0), 0, 1e-15) == "");
  CHECK(test::difference(einsum("...i->i", a), sum(a, {0, 1}), 0, 1e-14) == "");
  CHECK(test::difference(einsum("...", a), a, 0, 0) == "");
  CHECK(test::difference(einsum("i...i->i...", eye(2).unsqueeze(1)), ones({2, 1}), 0, 0) == "");
}

TEST_CASE("einsum of one operand may be a view", "[ops][linalg]") {
  const Tensor a = test::spread({2, 2}, -1, 1);
  CHECK(einsum("ij->ji", a).shares_storage_with(a));
  CHECK(einsum("ii->i", a).shares_storage_with(a));
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
