#include "tapegrad/ops/linalg/qr.hpp"

#include <cmath>

#include "examples.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

using namespace tapegrad;
using test::mixed;
using test::OpRow;
using test::Tensors;

namespace {

/// q and r with a positive diagonal of r, which makes them unique, side by side; of the further
/// columns of a complete q what doesn't depend on their choice.
Tensor unique_factors(const Tensor& x, QrMode mode) {
  const auto [q, r] = qr(x, mode);
  const std::int64_t k = std::min(x.size(-2), x.size(-1));
  const Tensor signs = sign(diagonal(r, 0, -2, -1).detach()).unsqueeze(-2);
  const Tensor fixed_q = q.narrow(-1, 0, k) * signs;
  const Tensor fixed_r = r.narrow(-2, 0, k) * signs.mT();
  const Tensor rest = q.narrow(-1, k, q.size(-1) - k);
  return mixed(cat({matmul(fixed_q, exp(fixed_r)), matmul(rest, rest.mT())}, -1));
}

OpRow row(const Shape& shape, QrMode mode, const Shape& empty, const Shape& empty_result) {
  return {.name = "qr",
          .f =
              [mode](const Tensors& x) {
                return unique_factors(test::stirred(test::shifted(x[0], 3)), mode);
              },
          .inputs = {{shape, -1, 1}},
          .empty_inputs = {empty},
          .empty_result = empty_result,
          .float32_tolerance = 1e-5,
          .narrow_roundings = 8,  // a dozen operations, and exp
          .tolerance = 1e-8};
}

}  // namespace

TEST_CASE("orthogonal and triangular factors have their derivatives", "[ops][table]") {
  OpRow first = row({2, 3, 3}, QrMode::reduced, {0, 3, 3}, {0, 1, 1});
  first.refuses = {
      {"qr: needs matrices: shape [3]", [] { qr(zeros({3})); }},
      {"qr: needs a floating-point tensor, got int64", [] { qr(tensor({{1}})); }},
  };
  test::check_rows({
      first,
      row({4, 2}, QrMode::reduced, {4, 0}, {1, 1}),
      row({2, 3, 4}, QrMode::reduced, {2, 0, 4}, {2, 1, 1}),
      row({4, 2}, QrMode::complete, {4, 0}, {1, 1}),
      row({3, 4}, QrMode::complete, {0, 3}, {1, 1}),
      row({2, 4, 3}, QrMode::complete, {2, 3, 0}, {2, 1, 1}),
      {.name = "qr",
       .f = [](const Tensors& x) { return mixed(square(qr(test::stirred(x[0]), QrMode::r).r)); },
       .inputs = {{{4, 3}}},
       .empty_inputs = {{4, 0}},
       .empty_result = {1, 1},
       .float32_tolerance = 1e-5,
       .tolerance = 1e-8},
      {.name = "qr",
       .f =
           [](const Tensors& x) {
             return mixed(square(qr(test::stirred(test::shifted(x[0], 3))).q));
           },
       .inputs = {{{3, 4}, -1, 1}},
       .empty_inputs = {{0, 3}},
       .empty_result = {1, 1},
       .float32_tolerance = 1e-5,
       .tolerance = 1e-8},
  });
}

TEST_CASE("orthonormal columns times a triangle are the matrix", "[ops][linalg]") {
  for (const Shape& shape : {Shape{2, 5, 3}, Shape{3, 5}, Shape{4, 4}, Shape{1, 1}, Shape{150, 90},
                             Shape{90, 150}, Shape{3, 0}, Shape{0, 3}, Shape{2, 0, 0}}) {
    const Tensor x = test::spread(shape, -1, 1);
    CAPTURE(to_string(shape));
    for (const QrMode mode : {QrMode::reduced, QrMode::complete}) {
      const auto [q, r] = qr(x, mode);
      const std::int64_t k =
          mode == QrMode::complete ? x.size(-2) : std::min(x.size(-2), x.size(-1));
      REQUIRE(q.size(-1) == k);
      CHECK(test::difference(matmul(q, r), x, 0, 1e-14) == "");
      const Tensor one = expand_as(test::identity(k), matmul(q.mT(), q));
      CHECK(test::difference(matmul(q.mT(), q), one, 0, 1e-14) == "");
      CHECK(test::difference(r, triu(r), 0, 0) == "");
      if (mode != QrMode::reduced) continue;
      const auto [none, alone] = qr(x, QrMode::r);
      CHECK(none.shape() == Shape{0});
      CHECK(test::difference(alone, r, 0, 0) == "");
    }
  }
}

TEST_CASE("a NaN in a matrix is in its factors", "[ops][linalg]") {
  const auto [q, r] = qr(full({2, 2}, std::nan("")));
  CHECK(isnan(q).any().item<bool>());
  CHECK(isnan(r).any().item<bool>());
}
