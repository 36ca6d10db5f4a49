// Functions of one tensor that are written as ONNX files, and where their arguments lie.
#pragma once

#include "tapegrad/nn/upsample.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/normalize.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

namespace interop {

namespace tg = tapegrad;
using tg::Tensor;

using F = Tensor (*)(const Tensor&);

struct Named {
  const char* name;
  F f;
  double low = -2, high = 2;
};

/// Element by element.
inline const Named pointwise[] = {
    {"abs", tg::abs},
    {"acos", tg::acos, -0.9, 0.9},
    {"acosh", tg::acosh, 1.1, 4},
    {"asin", tg::asin, -0.9, 0.9},
    {"asinh", tg::asinh},
    {"atan", tg::atan},
    {"atanh", tg::atanh, -0.9, 0.9},
    {"ceil", tg::ceil},
    {"cos", tg::cos},
    {"cosh", tg::cosh},
    {"erf", tg::erf},
    {"erfc", tg::erfc},
    {"exp", tg::exp},
    {"exp2", tg::exp2},
    {"expm1", tg::expm1},
    {"floor", tg::floor},
    {"log", tg::log, 0.1, 3},
    {"log10", tg::log10, 0.1, 3},
    {"log1p", tg::log1p, -0.5, 3},
    {"log2", tg::log2, 0.1, 3},
    {"logsigmoid", tg::logsigmoid},
    {"neg", tg::neg},
    {"reciprocal", tg::reciprocal, 0.5, 3},
    {"relu", tg::relu},
    {"relu6", tg::relu6, -8, 8},
    {"rsqrt", tg::rsqrt, 0.5, 3},
    {"selu", tg::selu},
    {"sigmoid", tg::sigmoid},
    {"sign", tg::sign},
    {"silu", tg::silu},
    {"mish", tg::mish},
    {"hardswish", tg::hardswish, -5, 5},
    {"hardsigmoid", tg::hardsigmoid, -5, 5},
    {"sin", tg::sin},
    {"sinh", tg::sinh},
    {"softplus", tg::softplus},
    {"softsign", tg::softsign},
    {"sqrt", tg::sqrt, 0.1, 3},
    {"square", tg::square},
    {"tan", tg::tan, -1, 1},
    {"tanh", tg::tanh},
    {"tanhshrink", tg::tanhshrink},
    {"trunc", tg::trunc},
    {"frac", tg::frac},
    {"isnan", tg::isnan},
    {"isfinite", tg::isfinite},
};

/// Of [n, 5, 4].
inline const Named functions[] = {
    {"gelu", [](const Tensor& x) { return tg::gelu(x); }},
    {"gelu_tanh", [](const Tensor& x) { return tg::gelu(x, "tanh"); }},
    {"elu", [](const Tensor& x) { return tg::elu(x, 0.7); }},
    {"celu", [](const Tensor& x) { return tg::celu(x, 0.7); }},
    {"leaky_relu", [](const Tensor& x) { return tg::leaky_relu(x, 0.2); }},
    {"hardshrink", [](const Tensor& x) { return tg::hardshrink(x); }},
    {"softshrink", [](const Tensor& x) { return tg::softshrink(x); }},
    {"threshold", [](const Tensor& x) { return tg::threshold(x, 0.1, 20); }},
    {"hardtanh", [](const Tensor& x) { return tg::hardtanh(x, -0.3, 0.6); }},
    {"round", [](const Tensor& x) { return tg::round(x); }},
    {"clamp_min", [](const Tensor& x) { return tg::clamp_min(x, 0.2); }},
    {"numbers", [](const Tensor& x) { return 2 / (1.5 - x / 4) + tg::pow(x * x + 1, 0.3); }},
    {"number_power", [](const Tensor& x) { return tg::pow(3, x); }},
    {"remainder", [](const Tensor& x) { return tg::remainder(x, 0.7); }},
    {"fmod", [](const Tensor& x) { return tg::fmod(x, 0.7); }},
    {"floor_divide", [](const Tensor& x) { return tg::floor_divide(x, 0.7); }},
    {"maximum", [](const Tensor& x) { return tg::maximum(x, tg::flip(x, {1})); }},
    {"compare", [](const Tensor& x) { return (x > 0.5) | (x < -1) | (x == 0) | !(x != 2); }},
    {"where",
     [](const Tensor& x) { return tg::where(x > 0, x, 0.1 * x) + tg::where(x < 0, 1, x); }},
    {"masked_fill", [](const Tensor& x) { return tg::masked_fill(x, x > 1, -3); }},
    {"nan_to_num", [](const Tensor& x) { return tg::nan_to_num(tg::log(x), 7, 1, -2); }},
    {"to", [](const Tensor& x) { return (x * 10).to(tg::int32).to(tg::float32) * 0.5; }},
    {"sum",
     [](const Tensor& x) {
       return tg::sum(x, {0, 2}) + tg::sum(x);
     }},
    {"sum_of_mask", [](const Tensor& x) { return tg::sum(x > 0, {1}, tg::keepdim); }},
    {"mean", [](const Tensor& x) { return tg::mean(x, 1, tg::keepdim) * tg::mean(x); }},
    {"amax", [](const Tensor& x) { return tg::amax(x, {1}) - tg::amin(x, {1}); }},
    {"prod",
     [](const Tensor& x) {
       return tg::prod(x, {1, 2});
     }},
    {"norm",
     [](const Tensor& x) {
       return tg::norm(x, 2, {1}) + tg::norm(x, 1, {1}) + tg::norm(x, 3, {1});
     }},
    {"var", [](const Tensor& x) { return tg::var(x, 1) + tg::std(x, {1}, tg::Keepdim::no, 0); }},
    {"softmax", [](const Tensor& x) { return tg::softmax(x, 1) + tg::log_softmax(x, -1); }},
    {"logsumexp", [](const Tensor& x) { return tg::logsumexp(x, 1); }},
    {"argmax", [](const Tensor& x) { return tg::argmax(x, 1) - tg::argmin(x, 1); }},
    {"max_along", [](const Tensor& x) { return tg::max(x, 1).values; }},
    {"cumsum", [](const Tensor& x) { return tg::cumsum(x, 1); }},
    {"sort", [](const Tensor& x) { return tg::sort(x, 1, true).values; }},
    {"topk", [](const Tensor& x) { return tg::topk(x, 2, 1).values; }},
    {"view",
     [](const Tensor& x) {
       return x.reshape({x.size(0), -1}) * 2;
     }},
    {"flatten", [](const Tensor& x) { return x.flatten(0, 1); }},
    {"permute",
     [](const Tensor& x) {
       return x.permute({2, 0, 1}) + 0;
     }},
    {"transpose", [](const Tensor& x) { return x.transpose(1, 2).contiguous(); }},
    {"expand", [](const Tensor& x) { return tg::mean(x, 2, tg::keepdim).expand(x.shape()); }},
    {"select", [](const Tensor& x) { return x.select(1, 2) + x[0].select(0, 1); }},
    {"slice", [](const Tensor& x) { return x.slice(1, 1, 4, 2) + x.slice(1, 0, 2); }},
    {"cdist", [](const Tensor& x) { return tg::cdist(x, tg::flip(x, {1}) + 1); }},
    {"losses",
     [](const Tensor& x) {
       const Tensor y = tg::flip(x, {1});
       return tg::nn::huber_loss(x, y, {.reduction = tg::Reduction::none, .delta = 0.4}) +
              tg::nn::smooth_l1_loss(x, y) + tg::nn::l1_loss(x, y) +
              tg::nn::mse_loss(x, y, {.reduction = tg::Reduction::sum});
     }},
    {"flip",
     [](const Tensor& x) {
       return tg::flip(x, {1, 2});
     }},
    {"cat",
     [](const Tensor& x) {
       return tg::cat({x, x * 2, tg::ones_like(x)}, 1);
     }},
    {"stack",
     [](const Tensor& x) {
       return tg::stack({x, x + 1}, 1);
     }},
    {"split",
     [](const Tensor& x) { return tg::split(x, 3, 1)[1] + tg::split(x, 2, 1)[0].slice(1, 0, 1); }},
    {"unbind", [](const Tensor& x) { return tg::unbind(x, 1)[3]; }},
    {"tril", [](const Tensor& x) { return tg::tril(x) + tg::triu(x, 1) * 2; }},
    {"one_row",
     [](const Tensor& x) {
       return tg::zeros({2, 2}) + tg::sum(x);
     }},
    {"matmul", [](const Tensor& x) { return tg::matmul(x, x.transpose(1, 2)); }},
    {"einsum",
     [](const Tensor& x) {
       return tg::einsum("bij,bkj->bik", {x, x});
     }},
    {"rms_norm", [](const Tensor& x) { return tg::nn::rms_norm(x, {4}); }},
    {"layer_norm",
     [](const Tensor& x) {
       return tg::nn::layer_norm(x, {5, 4});
     }},
    {"one_hot", [](const Tensor& x) { return tg::one_hot(tg::argmax(x, 1), 5); }},
    {"gather", [](const Tensor& x) { return tg::gather(x, 1, tg::argsort(x, 1)); }},
    {"kthvalue",
     [](const Tensor& x) {
       const auto [value, place] = tg::kthvalue(x, 2, 1);
       return value + place;
     }},
    {"index_add",
     [](const Tensor& x) {
       return tg::index_add(x, 1, tg::tensor({4, 0, 4}), x.narrow(1, 0, 3));
     }},
    {"index_copy",
     [](const Tensor& x) {
       return tg::index_copy(x, 2, tg::tensor({3, 0}), x.narrow(2, 1, 2));
     }},
    {"unfold", [](const Tensor& x) { return tg::unfold(x, 1, 3, 2); }},
    {"unfold_last", [](const Tensor& x) { return tg::unfold(x, 2, 2, 1); }},
    {"pad",
     [](const Tensor& x) {
       return tg::pad(x, {1, 2}, tg::PadMode::reflect);
     }},
    {"upsample", [](const Tensor& x) { return tg::nn::interpolate(x, {.scale_factor = {2}}); }},
};

}  // namespace interop
