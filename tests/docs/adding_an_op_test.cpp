// The operations of docs/adding_an_op.md do what the page says.
#include "docs/adding_an_op.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;

TEST_CASE("the page's operations have right derivatives, like any other", "[docs][table]") {
  test::check_rows({
      {.name = "bell",
       .f = [](const Tensors& x) { return bell(x[0]); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
      {.name = "cbrt",
       .f = [](const Tensors& x) { return cbrt(x[0]); },
       .inputs = {{{2, 3}, 0.5, 2}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
      {.name = "harmonic_mean",
       .f = [](const Tensors& x) { return harmonic_mean(x[0], x[1]); },
       .inputs = {{{2, 3}, 1, 2}, {{3}, 1, 2}},
       .empty_inputs = {{0, 3}, {3}},
       .empty_result = {0, 3}},
      {.name = "decaying_sum",
       .f = [](const Tensors& x) { return decaying_sum(x[0] * x[0], -2, 0.5); },
       .inputs = {{{4, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3}},
  });
}

TEST_CASE("the page's operations agree with the standard library and with sums by hand", "[docs]") {
  CHECK(cbrt(full({1}, 0.5, {.dtype = float64})).item<double>() == std::cbrt(0.5));
  CHECK(bell(full({1}, -3.0)).item<float>() == 0.1f);
  CHECK(harmonic_mean(full({1}, 1, {.dtype = int32}), 2).dtype() == float32);
  CHECK(harmonic_mean(3, full({1}, 6.0, {.dtype = float64})).item<double>() == 4);
  const Tensor sums =
      decaying_sum(Tensor::from_vector(std::vector<double>{1, 2, 3, 10, 20, 30}, {2, 3}), 1, 0.5);
  CHECK(sums.to_vector<double>() == std::vector<double>{1, 2.5, 4.25, 10, 25, 42.5});
}
