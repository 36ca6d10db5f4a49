// Operations of shapes refuse an undefined tensor in their own names: see
// tests/ops/undefined_test.cpp.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::error_of;

TEST_CASE("operations of shapes say which of their arguments is undefined", "[undefined]") {
  const Tensor none;
  const Tensor x = ones({2, 3});
  test::check_undefined({
      {"flip", 1, [&] { flip(none, 0); }},
      {"roll", 1, [&] { roll(none, 1, 0); }},
      {"roll", 1, [&] { roll(none, 1); }},
      {"rot90", 1, [&] { rot90(none); }},
      {"repeat", 1, [&] { repeat(none, 1); }},
      {"tile", 1, [&] { tile(none, 1); }},
      {"repeat_interleave", 1, [&] { repeat_interleave(none, 1); }},
      {"repeat_interleave", 1, [&] { repeat_interleave(none, 1, 0); }},
      {"repeat_interleave", 2, [&] { repeat_interleave(x, none, 0); }},
      {"pad", 1,
       [&] {
         pad(none, {1, 1});
       }},
      {"diagonal", 1, [&] { diagonal(none); }},
      {"diag", 1, [&] { diag(none); }},
      {"diagflat", 1, [&] { diagflat(none); }},
      {"tril", 1, [&] { tril(none); }},
      {"triu", 1, [&] { triu(none); }},
      {"movedim", 1, [&] { movedim(none, 0, 0); }},
      {"swapaxes", 1, [&] { swapaxes(none, 0, 0); }},
      {"unflatten", 1, [&] { unflatten(none, 0, 1); }},
      {"view_as", 1, [&] { view_as(none, x); }},
      {"view_as", 2, [&] { view_as(x, none); }},
      {"expand_as", 1, [&] { expand_as(none, x); }},
      {"expand_as", 2, [&] { expand_as(x, none); }},
      {"broadcast_to", 1, [&] { broadcast_to(none, 1); }},
      {"unfold", 1, [&] { unfold(none, 0, 1, 1); }},
      {"as_strided", 1, [&] { as_strided(none, 1, 1); }},
      {"unbind", 1, [&] { unbind(none); }},
  });
}

TEST_CASE("functions of lists of shapes say where in them a tensor is undefined", "[undefined]") {
  const std::vector<Tensor> list{ones({2}), Tensor()};
  const std::vector<test::UndefinedRow> rows{
      {"broadcast_tensors", 1, [&] { broadcast_tensors(list); }},
      {"meshgrid", 1, [&] { meshgrid(list); }},
      {"vstack", 1, [&] { vstack(list); }},
      {"hstack", 1, [&] { hstack(list); }},
      {"dstack", 1, [&] { dstack(list); }},
      {"block_diag", 1, [&] { block_diag(list); }},
  };
  for (const test::UndefinedRow& row : rows) {
    CHECK(error_of(row.call) ==
          row.name + ": argument 1 holds an undefined tensor at 1: " + test::how_undefined);
  }
}
