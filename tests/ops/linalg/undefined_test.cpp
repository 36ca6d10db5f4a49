// Linear algebra refuses an undefined tensor in its own names: see tests/ops/undefined_test.cpp.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("linear algebra says which of its arguments is undefined", "[undefined]") {
  const Tensor none;
  const Tensor v = ones({2});
  const Tensor x = ones({2, 2});
  const Tensor xs = ones({1, 2, 2});
  test::check_undefined({
      {"dot", 1, [&] { dot(none, v); }},
      {"dot", 2, [&] { dot(v, none); }},
      {"vdot", 1, [&] { vdot(none, v); }},
      {"vdot", 2, [&] { vdot(v, none); }},
      {"outer", 1, [&] { outer(none, v); }},
      {"outer", 2, [&] { outer(v, none); }},
      {"mv", 1, [&] { mv(none, v); }},
      {"mv", 2, [&] { mv(x, none); }},
      {"bmm", 1, [&] { bmm(none, xs); }},
      {"bmm", 2, [&] { bmm(xs, none); }},
      {"addmm", 1, [&] { addmm(none, x, x); }},
      {"addmm", 2, [&] { addmm(x, none, x); }},
      {"addmm", 3, [&] { addmm(x, x, none); }},
      {"addmv", 1, [&] { addmv(none, x, v); }},
      {"addmv", 2, [&] { addmv(v, none, v); }},
      {"addmv", 3, [&] { addmv(v, x, none); }},
      {"addr", 1, [&] { addr(none, v, v); }},
      {"addr", 2, [&] { addr(x, none, v); }},
      {"addr", 3, [&] { addr(x, v, none); }},
      {"baddbmm", 1, [&] { baddbmm(none, xs, xs); }},
      {"baddbmm", 2, [&] { baddbmm(xs, none, xs); }},
      {"baddbmm", 3, [&] { baddbmm(xs, xs, none); }},
      {"cross", 1, [&] { cross(none, v); }},
      {"cross", 2, [&] { cross(v, none); }},
      {"kron", 1, [&] { kron(none, v); }},
      {"kron", 2, [&] { kron(v, none); }},
      {"tensordot", 1, [&] { tensordot(none, x); }},
      {"tensordot", 2, [&] { tensordot(x, none); }},
      {"tensordot", 1, [&] { tensordot(none, x, 0, 0); }},
      {"tensordot", 2, [&] { tensordot(x, none, 0, 0); }},
      {"trace", 1, [&] { trace(none); }},
      {"det", 1, [&] { det(none); }},
      {"slogdet", 1, [&] { slogdet(none); }},
      {"inv", 1, [&] { inv(none); }},
      {"pinv", 1, [&] { pinv(none); }},
      {"solve", 1, [&] { solve(none, v); }},
      {"solve", 2, [&] { solve(x, none); }},
      {"solve_triangular", 1, [&] { solve_triangular(none, x, true); }},
      {"solve_triangular", 2, [&] { solve_triangular(x, none, true); }},
      {"lstsq", 1, [&] { lstsq(none, v); }},
      {"lstsq", 2, [&] { lstsq(x, none); }},
      {"cholesky", 1, [&] { cholesky(none); }},
      {"cholesky_solve", 1, [&] { cholesky_solve(none, x); }},
      {"cholesky_solve", 2, [&] { cholesky_solve(x, none); }},
      {"qr", 1, [&] { qr(none); }},
      {"qr", 1, [&] { qr(none, QrMode::r); }},
      {"eigh", 1, [&] { eigh(none); }},
      {"eigvalsh", 1, [&] { eigvalsh(none); }},
      {"svd", 1, [&] { svd(none); }},
      {"svdvals", 1, [&] { svdvals(none); }},
      {"matrix_power", 1, [&] { matrix_power(none, 2); }},
      {"matrix_exp", 1, [&] { matrix_exp(none); }},
  });
}

TEST_CASE("linear algebra of lists says which of their tensors is undefined", "[undefined]") {
  const std::vector<Tensor> list = {ones({2, 2}), Tensor()};
  const std::vector<test::UndefinedRow> rows = {
      {"multi_dot", 1, [&] { multi_dot(list); }},
      {"einsum", 2, [&] { einsum("ij,jk", list); }},
      {"einsum", 2, [&] { einsum("ij,jk", list[0], list[1]); }},
  };
  for (const test::UndefinedRow& row : rows) {
    CHECK(test::error_of(row.call) ==
          row.name + ": argument " + std::to_string(row.place) +
              " holds an undefined tensor at 1: " + test::how_undefined);
  }
}
