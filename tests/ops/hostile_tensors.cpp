// Functions of one and of two tensors that hostile.cpp hasn't.
#include <limits>

#include "hostile.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

const Victim<const Tensor&> of_one[] = {
    {"logsigmoid", logsigmoid},
    {"softsign", softsign},
    {"tanhshrink", tanhshrink},
    {"expm1", expm1},
    {"exp2", exp2},
    {"log2", log2},
    {"log10", log10},
    {"isnan", isnan},
    {"isinf", isinf},
    {"isfinite", isfinite},
    {"silu", silu},
    {"mish", mish},
    {"hardswish", hardswish},
    {"sinh", sinh},
    {"cosh", cosh},
    {"asinh", asinh},
    {"acosh", acosh},
    {"atanh", atanh},
    {"logical_not", logical_not},
    {"bitwise_not", bitwise_not},
    {"rsqrt", rsqrt},
    {"reciprocal", reciprocal},
    {"selu", selu},
    {"relu6", relu6},
    {"hardsigmoid", hardsigmoid},
    {"floor", floor},
    {"ceil", ceil},
    {"trunc", trunc},
    {"frac", frac},
    {"signbit", signbit},
    {"erf", erf},
    {"erfc", erfc},
    {"erfinv", erfinv},
    {"lgamma", lgamma},
    {"digamma", digamma},
    {"sin", sin},
    {"cos", cos},
    {"tan", tan},
    {"asin", asin},
    {"acos", acos},
    {"atan", atan},
    {"sinc", sinc},
    {"nonzero", nonzero},
    {"argwhere", argwhere},
    {"empty_like", [](const Tensor& x) { return zeros_like(empty_like(x)); }},
    {"zeros_like", [](const Tensor& x) { return zeros_like(x); }},
    {"ones_like", [](const Tensor& x) { return ones_like(x); }},
    {"new_empty", [](const Tensor& x) { return zeros_like(new_empty(x, {2})); }},
    {"new_zeros",
     [](const Tensor& x) {
       return new_zeros(x, {2, -1});
     }},
    {"new_ones",
     [](const Tensor& x) {
       return new_ones(x, {most, most});
     }},
    {"new_full", [](const Tensor& x) { return new_full(x, {2}, 300.5); }},
    {"median", [](const Tensor& x) { return median(x); }},
    {"nanmedian", [](const Tensor& x) { return nanmedian(x); }},
    {"unique", [](const Tensor& x) { return unique(x).values; }},
    {"sort", [](const Tensor& x) { return sort(x).values; }},
    {"argsort", [](const Tensor& x) { return argsort(x); }},
    {"bincount", [](const Tensor& x) { return bincount(x.numel() > 2 ? x : zeros_like(x)); }},
    {"nan_to_num", [](const Tensor& x) { return nan_to_num(x); }},
    {"gelu", [](const Tensor& x) { return gelu(x); }},
    {"gelu", [](const Tensor& x) { return gelu(x, "sharp"); }},
    {"glu", [](const Tensor& x) { return glu(x); }},
    {"round", [](const Tensor& x) { return round(x); }},
    {"threshold", [](const Tensor& x) { return threshold(x, 0, 300); }},
    {"hardtanh", [](const Tensor& x) { return hardtanh(x, 2, -2); }},
    {"leaky_relu", [](const Tensor& x) { return leaky_relu(x); }},
    {"aminmax", [](const Tensor& x) { return aminmax(x).first; }},
    {"norm", [](const Tensor& x) { return norm(x); }},
    {"prod", [](const Tensor& x) { return prod(x); }},
    {"prod", [](const Tensor& x) { return prod(x, int32); }},
    {"sum", [](const Tensor& x) { return sum(x, uint8); }},
    {"mean", [](const Tensor& x) { return mean(x, int32); }},
    {"nansum", [](const Tensor& x) { return nansum(x); }},
    {"nanmean", [](const Tensor& x) { return nanmean(x); }},
    {"var_mean", [](const Tensor& x) { return var_mean(x).first; }},
    {"std_mean", [](const Tensor& x) { return std_mean(x).second; }},
    {"movedim",
     [](const Tensor& x) {
       return movedim(x, {0, 1}, {1, 1});
     }},
    {"unflatten",
     [](const Tensor& x) {
       return unflatten(x, 0, {most, -1});
     }},
    {"broadcast_to",
     [](const Tensor& x) {
       return broadcast_to(x, {most, 2, 3});
     }},
    {"meshgrid",
     [](const Tensor& x) {
       return meshgrid({x, x})[0];
     }},
    {"flip",
     [](const Tensor& x) {
       return flip(x, {0, 0});
     }},
    {"rot90", [](const Tensor& x) { return rot90(x); }},
    {"pad", [](const Tensor& x) { return pad(x, {1}); }},
    {"pad",
     [](const Tensor& x) {
       return pad(x, {1, most});
     }},
    {"pad",
     [](const Tensor& x) {
       return pad(x, {2, 2}, PadMode::reflect);
     }},
    {"repeat",
     [](const Tensor& x) {
       return repeat(x, {most, most});
     }},
    {"tile",
     [](const Tensor& x) {
       return tile(x, {2, -2});
     }},
    {"as_strided",
     [](const Tensor& x) {
       return as_strided(x, {2, 2}, {most, 1});
     }},
    {"fill_diagonal_", [](const Tensor& x) { return Tensor(x.clone()).fill_diagonal_(1, true); }},
    {"exponential_", [](const Tensor& x) { return Tensor(x.clone()).exponential_(); }},
    {"random_", [](const Tensor& x) { return Tensor(x.clone()).random_(-1, 300); }},
    {"cumsum_", [](const Tensor& x) { return Tensor(x.clone()).cumsum_(0); }},
    {"tril_", [](const Tensor& x) { return Tensor(x.clone()).tril_(); }},
    {"begin", [](const Tensor& x) { return x.begin(), x; }},
    {"result_type", [](const Tensor& x) { return zeros({}, {.dtype = result_type(x, x)}); }},
};

const Victim<const Tensor&, const Tensor&> of_two[] = {
    {"vdot", vdot},
    {"logical_and", logical_and},
    {"logical_or", logical_or},
    {"logical_xor", logical_xor},
    {"view_as", view_as},
    {"expand_as", expand_as},
    {"prelu", prelu},
    {"hypot", [](const Tensor& a, const Tensor& b) { return hypot(a, b); }},
    {"atan2", [](const Tensor& a, const Tensor& b) { return atan2(a, b); }},
    {"xlogy", [](const Tensor& a, const Tensor& b) { return xlogy(a, b); }},
    {"logaddexp", [](const Tensor& a, const Tensor& b) { return logaddexp(a, b); }},
    {"logaddexp2", [](const Tensor& a, const Tensor& b) { return logaddexp2(a, b); }},
    {"remainder", [](const Tensor& a, const Tensor& b) { return remainder(a, b); }},
    {"fmod", [](const Tensor& a, const Tensor& b) { return fmod(a, b); }},
    {"floor_divide", [](const Tensor& a, const Tensor& b) { return floor_divide(a, b); }},
    {"copysign", [](const Tensor& a, const Tensor& b) { return copysign(a, b); }},
    {"bitwise_and", [](const Tensor& a, const Tensor& b) { return bitwise_and(a, b); }},
    {"bitwise_or", [](const Tensor& a, const Tensor& b) { return bitwise_or(a, b); }},
    {"bitwise_xor", [](const Tensor& a, const Tensor& b) { return bitwise_xor(a, b); }},
    {"bitwise_left_shift",
     [](const Tensor& a, const Tensor& b) { return bitwise_left_shift(a, b); }},
    {"bitwise_right_shift",
     [](const Tensor& a, const Tensor& b) { return bitwise_right_shift(a, b); }},
    {"ne", [](const Tensor& a, const Tensor& b) { return ne(a, b); }},
    {"le", [](const Tensor& a, const Tensor& b) { return le(a, b); }},
    {"gt", [](const Tensor& a, const Tensor& b) { return gt(a, b); }},
    {"isclose", [](const Tensor& a, const Tensor& b) { return isclose(a, b); }},
    {"clamp_min", [](const Tensor& a, const Tensor& b) { return clamp_min(a, b); }},
    {"clamp_max", [](const Tensor& a, const Tensor& b) { return clamp_max(a, b); }},
    {"take", [](const Tensor& a, const Tensor& b) { return take(a, b); }},
    {"pairwise_distance",
     [](const Tensor& a, const Tensor& b) { return nn::pairwise_distance(a, b); }},
    {"cosine_similarity",
     [](const Tensor& a, const Tensor& b) { return nn::cosine_similarity(a, b); }},
    {"dist", [](const Tensor& a, const Tensor& b) { return dist(a, b); }},
    {"cdist", [](const Tensor& a, const Tensor& b) { return cdist(a, b); }},
    {"linear", [](const Tensor& a, const Tensor& b) { return nn::linear(a, b); }},
    {"allclose", [](const Tensor& a, const Tensor& b) { return tensor(allclose(a, b)); }},
    {"equal", [](const Tensor& a, const Tensor& b) { return tensor(equal(a, b)); }},
    {"lerp", [](const Tensor& a, const Tensor& b) { return lerp(a, b, 0.3); }},
    {"lerp", [](const Tensor& a, const Tensor& b) { return lerp(a, a, b); }},
    {"addcmul", [](const Tensor& a, const Tensor& b) { return addcmul(a, a, b, 2); }},
    {"addcdiv", [](const Tensor& a, const Tensor& b) { return addcdiv(a, b, b, 2); }},
    {"clamp", [](const Tensor& a, const Tensor& b) { return clamp(a, b, b); }},
    {"add", [](const Tensor& a, const Tensor& b) { return add(a, b, 0.5); }},
    {"sub", [](const Tensor& a, const Tensor& b) { return sub(a, b, 2); }},
    {"sub_", [](const Tensor& a, const Tensor& b) { return Tensor(a.clone()).sub_(b, 0.5); }},
    {"div", [](const Tensor& a, const Tensor& b) { return div(a, b, "trunc"); }},
    {"div", [](const Tensor& a, const Tensor& b) { return div(a, b, "up"); }},
    {"addmv", [](const Tensor& a, const Tensor& b) { return addmv(a, a, b); }},
    {"addr", [](const Tensor& a, const Tensor& b) { return addr(a, b, b); }},
    {"baddbmm", [](const Tensor& a, const Tensor& b) { return baddbmm(a, b, b); }},
    {"masked_fill", [](const Tensor& a, const Tensor& b) { return masked_fill(a, b, 300); }},
    {"masked_fill", [](const Tensor& a, const Tensor& b) { return masked_fill(a, a > 0, b); }},
    {"masked_select", [](const Tensor& a, const Tensor& b) { return masked_select(a, b); }},
    {"masked_scatter",
     [](const Tensor& a, const Tensor& b) { return masked_scatter(a, a > 0, b); }},
    {"index_copy", [](const Tensor& a, const Tensor& b) { return index_copy(a, 0, b, a); }},
    {"index_fill", [](const Tensor& a, const Tensor& b) { return index_fill(a, 0, b, 2); }},
    {"index_put", [](const Tensor& a, const Tensor& b) { return index_put(a, {b}, a, true); }},
    {"take_along_dim", [](const Tensor& a, const Tensor& b) { return take_along_dim(a, b, 0); }},
    {"scatter", [](const Tensor& a, const Tensor& b) { return scatter(a, 0, b, a); }},
    {"scatter", [](const Tensor& a, const Tensor& b) { return scatter(a, 0, b, 2); }},
    {"scatter", [](const Tensor& a, const Tensor& b) { return scatter(a, 0, b, a, "multiply"); }},
    {"scatter_reduce",
     [](const Tensor& a, const Tensor& b) { return scatter_reduce(a, 0, b, a, "sum", false); }},
    {"scatter_reduce",
     [](const Tensor& a, const Tensor& b) { return scatter_reduce(a, 0, b, a, "mean", false); }},
    {"scatter_reduce",
     [](const Tensor& a, const Tensor& b) { return scatter_reduce(a, 0, b, a, "prod", false); }},
    {"scatter_reduce",
     [](const Tensor& a, const Tensor& b) { return scatter_reduce(a, 0, b, a, "amax", false); }},
    {"scatter_reduce",
     [](const Tensor& a, const Tensor& b) { return scatter_reduce(a, 0, b, a, "most", false); }},
    {"quantile", [](const Tensor& a, const Tensor& b) { return quantile(a, b); }},
    {"nanquantile", [](const Tensor& a, const Tensor& b) { return nanquantile(a, b, 0); }},
    {"searchsorted", [](const Tensor& a, const Tensor& b) { return searchsorted(a, b); }},
    {"searchsorted", [](const Tensor& a, const Tensor& b) { return searchsorted(a, a, false, b); }},
    {"searchsorted", [](const Tensor& a, const Tensor& b) { return searchsorted(a, b, "middle"); }},
    {"bucketize", [](const Tensor& a, const Tensor& b) { return bucketize(a, b); }},
    {"bincount", [](const Tensor& a,
                    const Tensor& b) { return bincount(a.numel() > 2 ? a : zeros_like(a), b); }},
    {"repeat_interleave",
     [](const Tensor& a,
        const Tensor& b) { return repeat_interleave(a, b.numel() > 2 ? b : zeros_like(b), 0); }},
    {"vstack", [](const Tensor& a, const Tensor& b) { return vstack({a, b}); }},
    {"hstack", [](const Tensor& a, const Tensor& b) { return hstack({a, b}); }},
    {"dstack", [](const Tensor& a, const Tensor& b) { return dstack({a, b}); }},
    {"block_diag", [](const Tensor& a, const Tensor& b) { return block_diag({a, b}); }},
    {"broadcast_tensors",
     [](const Tensor& a, const Tensor& b) { return broadcast_tensors({a, b})[0]; }},
    {"bernoulli_",
     [](const Tensor& a, const Tensor& b) { return Tensor(a.clone()).bernoulli_(b); }},
    {"index_add_",
     [](const Tensor& a, const Tensor& b) { return Tensor(a.clone()).index_add_(0, b, a); }},
    {"scatter_",
     [](const Tensor& a, const Tensor& b) { return Tensor(a.clone()).scatter_(0, b, 300); }},
    {"clamp_", [](const Tensor& a, const Tensor& b) { return Tensor(a.clone()).clamp_(b, b); }},
};

}  // namespace

std::span<const Victim<const Tensor&>> more_functions_of_one() { return of_one; }
std::span<const Victim<const Tensor&, const Tensor&>> more_functions_of_two() { return of_two; }

}  // namespace tapegrad::test
