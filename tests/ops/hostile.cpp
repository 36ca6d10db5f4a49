#include "hostile.hpp"

#include <limits>
#include <vector>

#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

const Victim<const Tensor&> of_one[] = {
    {"exp", exp},
    {"log", log},
    {"log1p", log1p},
    {"sqrt", sqrt},
    {"square", square},
    {"abs", abs},
    {"sign", sign},
    {"sigmoid", sigmoid},
    {"tanh", tanh},
    {"relu", relu},
    {"softplus", softplus},
    {"neg", neg},
    {"sum", [](const Tensor& x) { return sum(x); }},
    {"mean", [](const Tensor& x) { return mean(x); }},
    {"var", [](const Tensor& x) { return var(x); }},
    {"std", [](const Tensor& x) { return tapegrad::std(x); }},
    {"max", [](const Tensor& x) { return max(x); }},
    {"min", [](const Tensor& x) { return min(x); }},
    {"amax", [](const Tensor& x) { return amax(x, Dims{}); }},
    {"argmax", [](const Tensor& x) { return argmax(x); }},
    {"argmin", [](const Tensor& x) { return argmin(x); }},
    {"any", [](const Tensor& x) { return any(x); }},
    {"all", [](const Tensor& x) { return all(x); }},
    {"count_nonzero", [](const Tensor& x) { return count_nonzero(x); }},
    {"logsumexp", [](const Tensor& x) { return logsumexp(x, Dims{}); }},
    {"trace", [](const Tensor& x) { return trace(x); }},
    {"det", det},
    {"slogdet", [](const Tensor& x) { return slogdet(x).logabsdet; }},
    {"inv", inv},
    {"pinv", [](const Tensor& x) { return pinv(x); }},
    {"cholesky", [](const Tensor& x) { return cholesky(x); }},
    {"qr", [](const Tensor& x) { return qr(x).r; }},
    {"eigh", [](const Tensor& x) { return eigh(x).eigenvectors; }},
    {"eigvalsh", [](const Tensor& x) { return eigvalsh(x); }},
    {"svd", [](const Tensor& x) { return svd(x, false).u; }},
    {"svdvals", svdvals},
    {"matrix_exp", matrix_exp},
    {"t", [](const Tensor& x) { return x.t(); }},
    {"mT", [](const Tensor& x) { return x.mT(); }},
    {"squeeze", [](const Tensor& x) { return x.squeeze(); }},
    {"flatten", [](const Tensor& x) { return x.flatten(); }},
    {"contiguous", [](const Tensor& x) { return x.contiguous(); }},
    {"clone", [](const Tensor& x) { return x.clone(); }},
    {"detach", [](const Tensor& x) { return x.detach(); }},
    {"named", [](const Tensor& x) { return x.named("a b"); }},
    {"backward", [](const Tensor& x) { return x.backward(), x; }},
    {"item", [](const Tensor& x) { return tensor(x.item<std::uint8_t>()); }},
    {"to_vector", [](const Tensor& x) { return tensor(x.to_vector<std::int32_t>()); }},
    {"one_hot", [](const Tensor& x) { return x.numel() > 2 ? one_hot(x) : one_hot(x, 256); }},
    {"bernoulli", [](const Tensor& x) { return bernoulli(x); }},
    {"rand_like", [](const Tensor& x) { return rand_like(x); }},
    {"zero_", [](const Tensor& x) { return Tensor(x.clone()).zero_(); }},
    {"requires_grad_", [](const Tensor& x) { return Tensor(x.clone()).requires_grad_(); }},
    {"index",
     [](const Tensor& x) -> Tensor {
       return x[{0, newaxis, ellipsis, Slice(-1, 9)}];
     }},
    {"index",
     [](const Tensor& x) -> Tensor {
       return x[{ellipsis, ellipsis}];
     }},
    {"view",
     [](const Tensor& x) {
       return x.view({-1, -1});
     }},
    {"view",
     [](const Tensor& x) {
       return x.view({most, most});
     }},
    {"expand",
     [](const Tensor& x) {
       return x.expand({most, most, 2, 3});
     }},
    {"set_state", [](const Tensor& x) { return Generator().set_state(x), x; }},
};

const Victim<const Tensor&, const Tensor&> of_two[] = {
    {"add", [](const Tensor& a, const Tensor& b) { return a + b; }},
    {"sub", [](const Tensor& a, const Tensor& b) { return a - b; }},
    {"mul", [](const Tensor& a, const Tensor& b) { return a * b; }},
    {"div", [](const Tensor& a, const Tensor& b) { return a / b; }},
    {"pow", [](const Tensor& a, const Tensor& b) { return pow(a, b); }},
    {"maximum", maximum},
    {"minimum", minimum},
    {"eq", [](const Tensor& a, const Tensor& b) { return a == b; }},
    {"lt", [](const Tensor& a, const Tensor& b) { return a < b; }},
    {"where", [](const Tensor& a, const Tensor& b) { return where(a, a, b); }},
    {"where", [](const Tensor& a, const Tensor& b) { return where(a == a, a, b); }},
    {"matmul", matmul},
    {"dot", dot},
    {"outer", outer},
    {"mv", mv},
    {"bmm", bmm},
    {"addmm", [](const Tensor& a, const Tensor& b) { return addmm(a, a, b); }},
    {"kron", kron},
    {"cross", [](const Tensor& a, const Tensor& b) { return cross(a, b); }},
    {"tensordot", [](const Tensor& a, const Tensor& b) { return tensordot(a, b, 1); }},
    {"einsum", [](const Tensor& a, const Tensor& b) { return einsum("...i,...i", a, b); }},
    {"multi_dot",
     [](const Tensor& a, const Tensor& b) {
       return multi_dot({a, b});
     }},
    {"solve", [](const Tensor& a, const Tensor& b) { return solve(a, b); }},
    {"solve_triangular",
     [](const Tensor& a, const Tensor& b) { return solve_triangular(a, b, true); }},
    {"cholesky_solve", [](const Tensor& a, const Tensor& b) { return cholesky_solve(b, a); }},
    {"lstsq", [](const Tensor& a, const Tensor& b) { return lstsq(a, b).solution; }},
    {"sum_to", [](const Tensor& a, const Tensor& b) { return sum_to(a, b.shape()); }},
    {"expand", [](const Tensor& a, const Tensor& b) { return a.expand(b.shape()); }},
    {"reshape", [](const Tensor& a, const Tensor& b) { return a.reshape(b.shape()); }},
    {"cat",
     [](const Tensor& a, const Tensor& b) {
       return cat({a, b}, -1);
     }},
    {"stack",
     [](const Tensor& a, const Tensor& b) {
       return stack({a, b});
     }},
    {"index_select", [](const Tensor& a, const Tensor& b) { return index_select(a, 0, b); }},
    {"gather", [](const Tensor& a, const Tensor& b) { return gather(a, 0, b); }},
    {"index_add", [](const Tensor& a, const Tensor& b) { return index_add(a, 0, b, a); }},
    {"scatter_add", [](const Tensor& a, const Tensor& b) { return scatter_add(a, 0, b, a); }},
    {"copy_", [](const Tensor& a, const Tensor& b) { return Tensor(a.clone()).copy_(b); }},
    {"add_", [](const Tensor& a, const Tensor& b) { return Tensor(a.clone()).add_(b); }},
    {"div_", [](const Tensor& a, const Tensor& b) { return Tensor(a.clone()).div_(b); }},
    {"add_",
     [](const Tensor& a, const Tensor& b) {
       return a.numel() == 1 ? a.detach().reshape({1, 1}).expand({2, 3}).add_(b) : a;
     }},
    {"backward", [](const Tensor& a, const Tensor& b) { return (a * 2).backward(b), a; }},
    {"set_grad", [](const Tensor& a, const Tensor& b) { return Tensor(a).set_grad(b), a; }},
    {"grad", [](const Tensor& a, const Tensor& b) { return grad({a}, {b})[0]; }},
    {"mse_loss", [](const Tensor& a, const Tensor& b) { return nn::mse_loss(a, b); }},
    {"l1_loss", [](const Tensor& a, const Tensor& b) { return nn::l1_loss(a, b); }},
    {"binary_cross_entropy",
     [](const Tensor& a, const Tensor& b) { return nn::binary_cross_entropy(a, b); }},
    {"binary_cross_entropy_with_logits",
     [](const Tensor& a, const Tensor& b) {
       return nn::binary_cross_entropy_with_logits(a, a, {.weight = b, .pos_weight = b});
     }},
    {"nll_loss", [](const Tensor& a, const Tensor& b) { return nn::nll_loss(a, b); }},
    {"cross_entropy", [](const Tensor& a, const Tensor& b) { return nn::cross_entropy(a, b); }},
    {"cross_entropy",
     [](const Tensor& a, const Tensor& b) {
       return nn::cross_entropy(a, a, {.weight = b, .label_smoothing = 0.5});
     }},
};

const Victim<const Tensor&, std::int64_t> with_integer[] = {
    {"matrix_power", [](const Tensor& x, std::int64_t n) { return matrix_power(x, n); }},
    {"tensordot", [](const Tensor& x, std::int64_t n) { return tensordot(x, x, n); }},
    {"cross", [](const Tensor& x, std::int64_t n) { return cross(x, x, n); }},
    {"size", [](const Tensor& x, std::int64_t n) { return tensor(x.size(n)); }},
    {"stride", [](const Tensor& x, std::int64_t n) { return tensor(x.stride(n)); }},
    {"select", [](const Tensor& x, std::int64_t n) { return x.select(n, 0); }},
    {"select", [](const Tensor& x, std::int64_t n) { return x.select(0, n); }},
    {"slice", [](const Tensor& x, std::int64_t n) { return x.slice(n); }},
    {"slice", [](const Tensor& x, std::int64_t n) { return x.slice(0, n, n); }},
    {"slice", [](const Tensor& x, std::int64_t n) { return x.slice(0, 0, 9, n); }},
    {"narrow", [](const Tensor& x, std::int64_t n) { return x.narrow(n, 0, 1); }},
    {"narrow", [](const Tensor& x, std::int64_t n) { return x.narrow(0, n, n); }},
    {"transpose", [](const Tensor& x, std::int64_t n) { return x.transpose(n, 0); }},
    {"permute",
     [](const Tensor& x, std::int64_t n) {
       return x.permute({n, 0});
     }},
    {"flatten", [](const Tensor& x, std::int64_t n) { return x.flatten(n, 0); }},
    {"squeeze", [](const Tensor& x, std::int64_t n) { return x.squeeze(n); }},
    {"unsqueeze", [](const Tensor& x, std::int64_t n) { return x.unsqueeze(n); }},
    {"index",
     [](const Tensor& x, std::int64_t n) -> Tensor {
       return x[{n, ellipsis}];
     }},
    {"index", [](const Tensor& x, std::int64_t n) -> Tensor { return x[{Slice(n, {}, n)}]; }},
    {"reshape",
     [](const Tensor& x, std::int64_t n) {
       return x.reshape({n, n});
     }},
    {"expand",
     [](const Tensor& x, std::int64_t n) {
       return x.expand({n, 2, 3});
     }},
    {"sum",
     [](const Tensor& x, std::int64_t n) {
       return sum(x, {n, n});
     }},
    {"var", [](const Tensor& x, std::int64_t n) { return var(x, n, keepdim); }},
    {"max", [](const Tensor& x, std::int64_t n) { return max(x, n).values; }},
    {"amin", [](const Tensor& x, std::int64_t n) { return amin(x, n); }},
    {"argmax", [](const Tensor& x, std::int64_t n) { return argmax(x, n); }},
    {"softmax", [](const Tensor& x, std::int64_t n) { return softmax(x, n); }},
    {"log_softmax", [](const Tensor& x, std::int64_t n) { return log_softmax(x, n); }},
    {"logsumexp", [](const Tensor& x, std::int64_t n) { return logsumexp(x, n); }},
    {"cat", [](const Tensor& x, std::int64_t n) { return cat({x, x}, n); }},
    {"stack", [](const Tensor& x, std::int64_t n) { return stack({x, x}, n); }},
    {"split", [](const Tensor& x, std::int64_t n) { return split(x, n).back(); }},
    {"split", [](const Tensor& x, std::int64_t n) { return split(x, 1, n).back(); }},
    {"split", [](const Tensor& x,
                 std::int64_t n) { return split(x, std::vector<std::int64_t>{n, n, 4}).back(); }},
    {"chunk", [](const Tensor& x, std::int64_t n) { return chunk(x, 2, n).back(); }},
    {"one_hot", [](const Tensor& x, std::int64_t n) { return one_hot(x, n); }},
    {"gather", [](const Tensor& x, std::int64_t n) { return gather(x, n, x); }},
    {"zeros", [](const Tensor&, std::int64_t n) { return zeros({n, 2}); }},
    {"eye", [](const Tensor&, std::int64_t n) { return eye(n, n); }},
    {"arange", [](const Tensor&, std::int64_t n) { return arange(0, 9, n); }},
    {"arange", [](const Tensor&, std::int64_t n) { return arange(n, least, n); }},
    {"linspace", [](const Tensor&, std::int64_t n) { return linspace(0, 1, n); }},
    {"randint", [](const Tensor&, std::int64_t n) { return randint(least, n, {2}); }},
    {"randperm", [](const Tensor&, std::int64_t n) { return randperm(n); }},
};

const Victim<const Tensor&, Scalar> with_number[] = {
    {"add", [](const Tensor& x, Scalar s) { return x + s; }},
    {"sub", [](const Tensor& x, Scalar s) { return s - x; }},
    {"mul", [](const Tensor& x, Scalar s) { return x * s; }},
    {"div", [](const Tensor& x, Scalar s) { return x / s; }},
    {"div", [](const Tensor& x, Scalar s) { return s / x; }},
    {"pow", [](const Tensor& x, Scalar s) { return pow(x, s); }},
    {"pow", [](const Tensor& x, Scalar s) { return pow(s, x); }},
    {"eq", [](const Tensor& x, Scalar s) { return x == s; }},
    {"ge", [](const Tensor& x, Scalar s) { return x >= s; }},
    {"where", [](const Tensor& x, Scalar s) { return where(x == x, s, x); }},
    {"clamp", [](const Tensor& x, Scalar s) { return clamp(x, s, s); }},
    {"clamp_min", [](const Tensor& x, Scalar s) { return clamp_min(x, s); }},
    {"clamp_max", [](const Tensor& x, Scalar s) { return clamp_max(x, s); }},
    {"full_like", [](const Tensor& x, Scalar s) { return full_like(x, s); }},
    {"fill_", [](const Tensor& x, Scalar s) { return Tensor(x.clone()).fill_(s); }},
    {"mul_", [](const Tensor& x, Scalar s) { return Tensor(x.clone()) *= s; }},
    {"div_", [](const Tensor& x, Scalar s) { return Tensor(x.clone()) /= s; }},
    {"arange", [](const Tensor&, Scalar s) { return arange(0, 2, s); }},
    {"arange", [](const Tensor&, Scalar s) { return arange(s, 2, 1e300); }},
    {"bernoulli_like", [](const Tensor& x, Scalar s) { return bernoulli_like(x, s.to<double>()); }},
    {"uniform_",
     [](const Tensor& x, Scalar s) { return uniform_(x.clone(), s.to<double>(), 1e308); }},
    {"normal_", [](const Tensor& x, Scalar s) { return normal_(x.clone(), 0, s.to<double>()); }},
    {"dropout", [](const Tensor& x, Scalar s) { return nn::dropout(x, s.to<double>()); }},
};

}  // namespace

std::span<const Victim<const Tensor&>> functions_of_one() { return of_one; }
std::span<const Victim<const Tensor&, const Tensor&>> functions_of_two() { return of_two; }
std::span<const Victim<const Tensor&, std::int64_t>> functions_with_integer() {
  return with_integer;
}
std::span<const Victim<const Tensor&, Scalar>> functions_with_number() { return with_number; }

}  // namespace tapegrad::test
