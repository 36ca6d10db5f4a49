// What replaces the elements of a tensor by something that isn't tracked: nothing flows to what was
// there, and the rest keeps its derivative.
#include "support/op_table.hpp"

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

/// The squares of x, with the first column filled.
test::OpRow row(std::string_view name, void (*fill)(Tensor)) {
  return {.name = name,
          .f =
              [fill](const Tensors& x) {
                const Tensor y = x[0] * x[0];
                fill(y.narrow(1, 0, 1));
                return y * y;
              },
          .inputs = {{{2, 3}}},
          .empty_inputs = {{0, 3}},
          .empty_result = {0, 3}};
}

void write(Tensor target, const Tensor& source) { target.copy_(source); }

}  // namespace

TEST_CASE("fills have their derivatives", "[ops][table]") {
  // The random ones draw the same number for every type: their range has just one.
  test::check_rows({
      row("fill", [](Tensor x) { x.fill_(3); }),
      row("zero", [](Tensor x) { x.zero_(); }),
      row("uniform", [](Tensor x) { uniform_(x, 3, 3); }),
      row("normal", [](Tensor x) { normal_(x, 3, 0); }),
  });
}

TEST_CASE("a filled tensor passes nothing on", "[ops]") {
  const Tensor x = ones({2}).requires_grad_();
  Tensor y = x * 1.0;
  y.fill_(5);
  CHECK(y.operation() == "fill");
  (y + x).sum().backward();
  CHECK(x.grad().to_vector<float>() == std::vector<float>{1, 1});
}

TEST_CASE("assignment has its derivatives", "[ops][table]") {
  test::check_rows({
      {.name = "copy",
       .f =
           [](const Tensors& x) {
             Tensor y = x[0] * 2;
             y.copy_(x[1]);
             return y * y;
           },
       .inputs = {{{2, 3}}, {{3}}},
       .empty_inputs = {{0, 3}, {3}},
       .empty_result = {0, 3},
       .refuses = {{"doesn't broadcast to shape [2]", [] { write(zeros({2}), zeros({3})); }}}},
  });
}
