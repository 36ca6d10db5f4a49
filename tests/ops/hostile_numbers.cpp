// Functions of a tensor and an integer or a number that hostile.cpp hasn't.
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

const Victim<const Tensor&, std::int64_t> with_integer[] = {
    {"topk", [](const Tensor& x, std::int64_t n) { return topk(x, n).values; }},
    {"topk", [](const Tensor& x, std::int64_t n) { return topk(x, 1, n).values; }},
    {"kthvalue", [](const Tensor& x, std::int64_t n) { return kthvalue(x, n).values; }},
    {"sort", [](const Tensor& x, std::int64_t n) { return sort(x, n).values; }},
    {"argsort", [](const Tensor& x, std::int64_t n) { return argsort(x, n); }},
    {"median", [](const Tensor& x, std::int64_t n) { return median(x, n).values; }},
    {"nanmedian", [](const Tensor& x, std::int64_t n) { return nanmedian(x, n).values; }},
    {"cummax", [](const Tensor& x, std::int64_t n) { return cummax(x, n).values; }},
    {"cummin", [](const Tensor& x, std::int64_t n) { return cummin(x, n).values; }},
    {"cumsum", [](const Tensor& x, std::int64_t n) { return cumsum(x, n); }},
    {"cumprod", [](const Tensor& x, std::int64_t n) { return cumprod(x, n); }},
    {"logcumsumexp", [](const Tensor& x, std::int64_t n) { return logcumsumexp(x, n); }},
    {"prod", [](const Tensor& x, std::int64_t n) { return prod(x, n); }},
    {"glu", [](const Tensor& x, std::int64_t n) { return glu(x, n); }},
    {"cumsum", [](const Tensor& x, std::int64_t n) { return cumsum(x, n, uint8); }},
    {"softmax", [](const Tensor& x, std::int64_t n) { return softmax(x, n, int32); }},
    {"log_softmax", [](const Tensor& x, std::int64_t n) { return log_softmax(x, n, float64); }},
    {"unique", [](const Tensor& x, std::int64_t n) { return unique(x, n).values; }},
    {"quantile", [](const Tensor& x, std::int64_t n) { return quantile(x, 0.5, n); }},
    {"histc", [](const Tensor& x, std::int64_t n) { return histc(x, n < 1000 ? n : 1000); }},
    {"norm", [](const Tensor& x, std::int64_t n) { return norm(x, 2, n); }},
    {"unbind",
     [](const Tensor& x, std::int64_t n) { return unbind(x, n).empty() ? x : x.clone(); }},
    {"bincount",
     [](const Tensor& x, std::int64_t n) { return bincount(zeros_like(x), n < 1000 ? n : 1000); }},
    {"round", [](const Tensor& x, std::int64_t n) { return round(x, n); }},
    {"polygamma", [](const Tensor& x, std::int64_t n) { return polygamma(n < 9 ? n : 9, x); }},
    {"swapaxes", [](const Tensor& x, std::int64_t n) { return swapaxes(x, n, 0); }},
    {"unflatten",
     [](const Tensor& x, std::int64_t n) {
       return unflatten(x, n, {n, -1});
     }},
    {"movedim", [](const Tensor& x, std::int64_t n) { return movedim(x, {n}, {0}); }},
    {"diagonal", [](const Tensor& x, std::int64_t n) { return diagonal(x, n); }},
    {"diag", [](const Tensor& x, std::int64_t n) { return diag(x, n); }},
    {"tril", [](const Tensor& x, std::int64_t n) { return tril(x, n); }},
    {"triu", [](const Tensor& x, std::int64_t n) { return triu(x, n); }},
    {"diagonal", [](const Tensor& x, std::int64_t n) { return diagonal(x, 0, n, 0); }},
    {"diagflat", [](const Tensor& x, std::int64_t n) { return diagflat(x, n); }},
    {"flip", [](const Tensor& x, std::int64_t n) { return flip(x, n); }},
    {"roll", [](const Tensor& x, std::int64_t n) { return roll(x, n); }},
    {"roll", [](const Tensor& x, std::int64_t n) { return roll(x, {1}, {n}); }},
    {"rot90", [](const Tensor& x, std::int64_t n) { return rot90(x, n); }},
    {"rot90", [](const Tensor& x, std::int64_t n) { return rot90(x, 1, {n, 0}); }},
    {"repeat", [](const Tensor& x, std::int64_t n) { return repeat(x, {n, 1, 1}); }},
    {"tile", [](const Tensor& x, std::int64_t n) { return tile(x, {n}); }},
    {"repeat_interleave", [](const Tensor& x, std::int64_t n) { return repeat_interleave(x, n); }},
    {"repeat_interleave",
     [](const Tensor& x, std::int64_t n) { return repeat_interleave(x, 2, n); }},
    {"unfold", [](const Tensor& x, std::int64_t n) { return unfold(x, n, 1, 1); }},
    {"unfold", [](const Tensor& x, std::int64_t n) { return unfold(x, 0, n, 1); }},
    {"unfold", [](const Tensor& x, std::int64_t n) { return unfold(x, 0, 1, n); }},
    {"as_strided", [](const Tensor& x, std::int64_t n) { return as_strided(x, {1}, {n}, n); }},
    {"pad", [](const Tensor& x, std::int64_t n) { return pad(x, {n, n}); }},
    {"index_fill",
     [](const Tensor& x, std::int64_t n) { return index_fill(x, n, zeros({1}, int64), 1); }},
    {"scatter",
     [](const Tensor& x, std::int64_t n) { return scatter(x, n, zeros({1}, int64), 1); }},
    {"cosine_similarity",
     [](const Tensor& x, std::int64_t n) { return nn::cosine_similarity(x, x, n); }},
    {"random_", [](const Tensor& x, std::int64_t n) { return Tensor(x.clone()).random_(n, 3); }},
    {"aminmax", [](const Tensor& x, std::int64_t n) { return aminmax(x, n).first; }},
    {"nansum", [](const Tensor& x, std::int64_t n) { return nansum(x, n); }},
    {"var_mean", [](const Tensor& x, std::int64_t n) { return var_mean(x, n).first; }},
};

const Victim<const Tensor&, Scalar> with_number[] = {
    {"hypot", [](const Tensor& x, Scalar s) { return hypot(x, s); }},
    {"hypot", [](const Tensor& x, Scalar s) { return hypot(s, x); }},
    {"atan2", [](const Tensor& x, Scalar s) { return atan2(x, s); }},
    {"atan2", [](const Tensor& x, Scalar s) { return atan2(s, x); }},
    {"xlogy", [](const Tensor& x, Scalar s) { return xlogy(x, s); }},
    {"xlogy", [](const Tensor& x, Scalar s) { return xlogy(s, x); }},
    {"logaddexp", [](const Tensor& x, Scalar s) { return logaddexp(x, s); }},
    {"logaddexp", [](const Tensor& x, Scalar s) { return logaddexp(s, x); }},
    {"logaddexp2", [](const Tensor& x, Scalar s) { return logaddexp2(x, s); }},
    {"logaddexp2", [](const Tensor& x, Scalar s) { return logaddexp2(s, x); }},
    {"remainder", [](const Tensor& x, Scalar s) { return remainder(x, s); }},
    {"remainder", [](const Tensor& x, Scalar s) { return remainder(s, x); }},
    {"fmod", [](const Tensor& x, Scalar s) { return fmod(x, s); }},
    {"fmod", [](const Tensor& x, Scalar s) { return fmod(s, x); }},
    {"floor_divide", [](const Tensor& x, Scalar s) { return floor_divide(x, s); }},
    {"floor_divide", [](const Tensor& x, Scalar s) { return floor_divide(s, x); }},
    {"copysign", [](const Tensor& x, Scalar s) { return copysign(x, s); }},
    {"copysign", [](const Tensor& x, Scalar s) { return copysign(s, x); }},
    {"bitwise_and", [](const Tensor& x, Scalar s) { return bitwise_and(x, s); }},
    {"bitwise_and", [](const Tensor& x, Scalar s) { return bitwise_and(s, x); }},
    {"bitwise_or", [](const Tensor& x, Scalar s) { return bitwise_or(x, s); }},
    {"bitwise_or", [](const Tensor& x, Scalar s) { return bitwise_or(s, x); }},
    {"bitwise_xor", [](const Tensor& x, Scalar s) { return bitwise_xor(x, s); }},
    {"bitwise_xor", [](const Tensor& x, Scalar s) { return bitwise_xor(s, x); }},
    {"bitwise_left_shift", [](const Tensor& x, Scalar s) { return bitwise_left_shift(x, s); }},
    {"bitwise_left_shift", [](const Tensor& x, Scalar s) { return bitwise_left_shift(s, x); }},
    {"bitwise_right_shift", [](const Tensor& x, Scalar s) { return bitwise_right_shift(x, s); }},
    {"bitwise_right_shift", [](const Tensor& x, Scalar s) { return bitwise_right_shift(s, x); }},
    {"ne", [](const Tensor& x, Scalar s) { return x != s; }},
    {"lt", [](const Tensor& x, Scalar s) { return x < s; }},
    {"add", [](const Tensor& x, Scalar s) { return add(x, x, s); }},
    {"div", [](const Tensor& x, Scalar s) { return div(x, s, "floor"); }},
    {"div", [](const Tensor& x, Scalar s) { return div(x, s, "trunc"); }},
    {"lerp", [](const Tensor& x, Scalar s) { return lerp(x, x, s); }},
    {"addcmul", [](const Tensor& x, Scalar s) { return addcmul(x, x, x, s); }},
    {"addcdiv", [](const Tensor& x, Scalar s) { return addcdiv(x, x, x, s); }},
    {"addmm", [](const Tensor& x, Scalar s) { return addmm(x, x, x, s, s); }},
    {"where", [](const Tensor& x, Scalar s) { return where(x == x, s, 0); }},
    {"threshold", [](const Tensor& x, Scalar s) { return threshold(x, s, s); }},
    {"masked_fill", [](const Tensor& x, Scalar s) { return masked_fill(x, x == x, s); }},
    {"index_fill",
     [](const Tensor& x, Scalar s) { return index_fill(x, 0, zeros({1}, int64), s); }},
    {"new_full", [](const Tensor& x, Scalar s) { return new_full(x, {2}, s); }},
    {"fill_diagonal_",
     [](const Tensor& x, Scalar s) { return Tensor(x.clone()).fill_diagonal_(s); }},
    {"pad",
     [](const Tensor& x, Scalar s) {
       return pad(x, {1, 1}, s);
     }},
    {"elu", [](const Tensor& x, Scalar s) { return elu(x, s.to<double>()); }},
    {"celu", [](const Tensor& x, Scalar s) { return celu(x, s.to<double>()); }},
    {"leaky_relu", [](const Tensor& x, Scalar s) { return leaky_relu(x, s.to<double>()); }},
    {"softshrink", [](const Tensor& x, Scalar s) { return softshrink(x, s.to<double>()); }},
    {"hardshrink", [](const Tensor& x, Scalar s) { return hardshrink(x, s.to<double>()); }},
    {"norm", [](const Tensor& x, Scalar s) { return norm(x, s.to<double>()); }},
    {"quantile", [](const Tensor& x, Scalar s) { return quantile(x, s.to<double>()); }},
    {"nanquantile", [](const Tensor& x, Scalar s) { return nanquantile(x, s.to<double>()); }},
    {"hardtanh", [](const Tensor& x, Scalar s) { return hardtanh(x, s.to<double>(), 1); }},
    {"nan_to_num", [](const Tensor& x, Scalar s) { return nan_to_num(x, s.to<double>()); }},
    {"dist", [](const Tensor& x, Scalar s) { return dist(x, x, s.to<double>()); }},
    {"cdist", [](const Tensor& x, Scalar s) { return cdist(x, x, s.to<double>()); }},
    {"pairwise_distance",
     [](const Tensor& x, Scalar s) { return nn::pairwise_distance(x, x, s.to<double>()); }},
    {"isclose", [](const Tensor& x, Scalar s) { return isclose(x, x, s.to<double>()); }},
    {"histc", [](const Tensor& x, Scalar s) { return histc(x, 3, s.to<double>(), 1); }},
    {"exponential_",
     [](const Tensor& x, Scalar s) { return Tensor(x.clone()).exponential_(s.to<double>()); }},
    {"bernoulli_",
     [](const Tensor& x, Scalar s) { return Tensor(x.clone()).bernoulli_(s.to<double>()); }},
    {"clamp_", [](const Tensor& x, Scalar s) { return Tensor(x.clone()).clamp_(s, s); }},
    {"pow_", [](const Tensor& x, Scalar s) { return Tensor(x.clone()).pow_(s); }},
};

}  // namespace

std::span<const Victim<const Tensor&, std::int64_t>> more_functions_with_integer() {
  return with_integer;
}
std::span<const Victim<const Tensor&, Scalar>> more_functions_with_number() { return with_number; }

}  // namespace tapegrad::test
