// Losses that are made of public operations, as victims.
#include "hostile.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {
namespace {

const Victim<const Tensor&, const Tensor&> of_two[] = {
    {"huber_loss", [](const Tensor& a, const Tensor& b) { return nn::huber_loss(a, b); }},
    {"smooth_l1_loss", [](const Tensor& a, const Tensor& b) { return nn::smooth_l1_loss(a, b); }},
    {"kl_div", [](const Tensor& a, const Tensor& b) { return nn::kl_div(a, b); }},
    {"poisson_nll_loss",
     [](const Tensor& a, const Tensor& b) { return nn::poisson_nll_loss(a, b); }},
    {"hinge_embedding_loss",
     [](const Tensor& a, const Tensor& b) { return nn::hinge_embedding_loss(a, b); }},
    {"soft_margin_loss",
     [](const Tensor& a, const Tensor& b) { return nn::soft_margin_loss(a, b); }},
    {"multi_margin_loss",
     [](const Tensor& a, const Tensor& b) { return nn::multi_margin_loss(a, b); }},
    {"multilabel_margin_loss",
     [](const Tensor& a, const Tensor& b) { return nn::multilabel_margin_loss(a, b); }},
    {"multilabel_soft_margin_loss",
     [](const Tensor& a, const Tensor& b) { return nn::multilabel_soft_margin_loss(a, b); }},
    {"gaussian_nll_loss",
     [](const Tensor& a, const Tensor& b) { return nn::gaussian_nll_loss(a, a, b); }},
    {"margin_ranking_loss",
     [](const Tensor& a, const Tensor& b) { return nn::margin_ranking_loss(a, a, b); }},
    {"cosine_embedding_loss",
     [](const Tensor& a, const Tensor& b) { return nn::cosine_embedding_loss(a, a, b); }},
    {"triplet_margin_loss",
     [](const Tensor& a, const Tensor& b) { return nn::triplet_margin_loss(a, a, b); }},
    {"ctc_loss",
     [](const Tensor& a, const Tensor& b) {
       const Tensor one = tensor(std::int64_t{1});
       return nn::ctc_loss(a, b, one, one);
     }},
    {"ctc_loss", [](const Tensor& a, const Tensor& b) { return nn::ctc_loss(a, b, b, a); }},
    {"triplet_margin_with_distance_loss",
     [](const Tensor& a, const Tensor& b) {
       return nn::triplet_margin_with_distance_loss(a, a, b);
     }},
    {"kl_div",
     [](const Tensor& a, const Tensor& b) {
       return nn::kl_div(a, b, {.batchmean = true, .log_target = true});
     }},
    {"gaussian_nll_loss",
     [](const Tensor& a, const Tensor& b) { return nn::gaussian_nll_loss(b, b, a); }},
    {"multi_margin_loss",
     [](const Tensor& a, const Tensor& b) {
       return nn::multi_margin_loss(a, b, {.p = 2, .weight = a});
     }},
};

const Victim<const Tensor&, std::int64_t> with_integer[] = {
    {"multi_margin_loss",
     [](const Tensor& x, std::int64_t n) { return nn::multi_margin_loss(x, tensor(n)); }},
    {"multi_margin_loss",
     [](const Tensor& x, std::int64_t n) {
       return nn::multi_margin_loss(x, tensor(std::int64_t{0}), {.p = n});
     }},
};

}  // namespace

std::span<const Victim<const Tensor&, const Tensor&>> loss_functions_of_two() { return of_two; }
std::span<const Victim<const Tensor&, std::int64_t>> loss_functions_with_integer() {
  return with_integer;
}

}  // namespace tapegrad::test
