// Products of matrices, and what LAPACK makes of them. Without svd(), whose columns have any sign.
#include "tapegrad/ops/linalg.hpp"

#include "table.hpp"

using T = const tg::Tensor&;
using S = tg::Scalar;
using Int = std::int64_t;
using Number = std::optional<double>;

namespace {

bool is_upper(const std::string& which) { return which == "U" || which == "u"; }

void add_products(Table& t) {
  t.binary("matmul", tg::matmul);
  t.add("__rmatmul__(input, other)", [](T a, T b) { return tg::matmul(b, a); });
  t.add("mm(input, mat2)", tg::mm);
  t.add("bmm(input, mat2)", tg::bmm);
  t.add("mv(input, vec)", tg::mv);
  t.binary("dot", tg::dot);
  t.binary("vdot", tg::vdot);
  t.binary("inner", tg::inner);
  t.add("outer(input, vec2)", tg::outer);
  t.add("ger(input, vec2)", tg::outer);
  t.binary("kron", tg::kron);
  t.add("addmm(input, mat1, mat2, beta=1, alpha=1)", tg::addmm);
  t.add("addmv(input, mat, vec, beta=1, alpha=1)", tg::addmv);
  t.add("addr(input, vec1, vec2, beta=1, alpha=1)", tg::addr);
  t.add("baddbmm(input, batch1, batch2, beta=1, alpha=1)", tg::baddbmm);
  t.add("cross(input, other, dim=-1)", tg::cross);
  t.add("linalg.cross(input, other, dim=-1)", tg::cross);
  t.add("linalg.multi_dot(tensors)", tg::multi_dot);
  t.add("tensordot(input, other, dims=2)", [](T a, T b, Int n) { return tg::tensordot(a, b, n); });
  t.add("tensordot(input, other, dims)", [](T a, T b, std::vector<tg::Dims> dims) {
    return tg::tensordot(a, b, dims.at(0), dims.at(1));
  });
  t.add("einsum(operands, equation)",
        [](Tensors operands, std::string equation) { return tg::einsum(equation, operands); });
  t.unary("trace", tg::trace);
}

void add_equations(Table& t) {
  t.unary("linalg.det", tg::det);
  t.add("linalg.slogdet(input)", [](T x) {
    const tg::Slogdet y = tg::slogdet(x);
    return Tensors{y.sign, y.logabsdet};
  });
  t.unary("logdet", tg::logdet);
  t.unary("linalg.inv", tg::inv);
  t.add("linalg.pinv(input, atol=None, rtol=None)", tg::pinv);
  t.add("pinverse(input)", [](T x) { return tg::pinv(x, std::nullopt, 1e-15); });
  t.add("linalg.solve(input, B, left=True)", tg::solve);
  t.add("linalg.solve_triangular(input, B, upper, left=True, unitriangular=False)",
        tg::solve_triangular);
  t.add("linalg.cholesky(input, upper=False)", tg::cholesky);
  t.add("cholesky(input, upper=False)", tg::cholesky);
  t.add("cholesky_solve(input, input2, upper=False)", tg::cholesky_solve);
}

void add_factors(Table& t) {
  t.add("qr(input)", [](T x) {
    const tg::Qr y = tg::qr(x);
    return Tensors{y.q, y.r};
  });
  t.add("linalg.qr(input, mode='reduced')", [](T x, std::string mode) {
    const tg::Qr y = tg::qr(x, mode == "complete" ? tg::QrMode::complete
                               : mode == "r"      ? tg::QrMode::r
                                                  : tg::QrMode::reduced);
    return Tensors{y.q, y.r};
  });
  t.add("linalg.eigvalsh(input, UPLO='L')",
        [](T x, std::string which) { return tg::eigvalsh(x, is_upper(which)); });
  t.unary("linalg.svdvals", tg::svdvals);
  t.add("linalg.matrix_power(input, n)", tg::matrix_power);
  t.unary("matrix_exp", tg::matrix_exp);
}

}  // namespace

void add_linalg(Table& table) {
  add_products(table);
  add_equations(table);
  add_factors(table);
}
