// Activations, losses and attention.
#include <optional>

#include "table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/sequence.hpp"

using T = const tg::Tensor&;
using Tensor = tg::Tensor;
using Mean = tg::Reduction;
namespace nn = tg::nn;

void add_activations(Table& t) {
  t.unary("sigmoid", tg::sigmoid);
  t.unary("nn.functional.relu", tg::relu);
  t.unary("nn.functional.relu6", tg::relu6);
  t.unary("nn.functional.logsigmoid", tg::logsigmoid);
  t.unary("nn.functional.softsign", tg::softsign);
  t.unary("nn.functional.tanhshrink", tg::tanhshrink);
  t.unary("nn.functional.silu", tg::silu);
  t.unary("nn.functional.mish", tg::mish);
  t.unary("nn.functional.selu", tg::selu);
  t.unary("nn.functional.hardswish", tg::hardswish);
  t.unary("nn.functional.hardsigmoid", tg::hardsigmoid);
  // From the threshold on PyTorch gives x itself, from which softplus differs by e^-threshold.
  t.add("nn.functional.softplus(input, beta=1, threshold=20.0)",
        [](T x, tg::Scalar beta, double) { return tg::softplus(x, beta); });
  t.add("nn.functional.gelu(input, approximate='none')",
        [](T x, std::string approximate) { return tg::gelu(x, approximate); });
  t.add("nn.functional.glu(input, dim=-1)", tg::glu);
  t.add("nn.functional.leaky_relu(input, negative_slope=0.01)", tg::leaky_relu);
  t.add("nn.functional.prelu(input, weight)", tg::prelu);
  t.add("nn.functional.elu(input, alpha=1.0)", tg::elu);
  t.add("nn.functional.celu(input, alpha=1.0)", tg::celu);
  t.add("nn.functional.threshold(input, threshold, value)", tg::threshold);
  t.add("nn.functional.hardtanh(input, min_val=-1.0, max_val=1.0)", tg::hardtanh);
  t.add("nn.functional.softshrink(input, lambd=0.5)", tg::softshrink);
  t.add("nn.functional.hardshrink(input, lambd=0.5)", tg::hardshrink);
}

namespace {

void add_margin_losses(Table& t) {
  t.add("nn.functional.soft_margin_loss(input, target, reduction='mean')",
        [](T x, T y, Mean r) { return nn::soft_margin_loss(x, y, {.reduction = r}); });
  t.add("nn.functional.margin_ranking_loss(input1, input2, target, margin=0.0, reduction='mean')",
        [](T a, T b, T y, double margin, Mean r) {
          return nn::margin_ranking_loss(a, b, y, {.margin = margin, .reduction = r});
        });
  t.add("nn.functional.hinge_embedding_loss(input, target, margin=1.0, reduction='mean')",
        [](T x, T y, double margin, Mean r) {
          return nn::hinge_embedding_loss(x, y, {.margin = margin, .reduction = r});
        });
  t.add("nn.functional.cosine_embedding_loss(input1, input2, target, margin=0.0, reduction='mean')",
        [](T a, T b, T y, double margin, Mean r) {
          return nn::cosine_embedding_loss(a, b, y, {.margin = margin, .reduction = r});
        });
  t.add(
      "nn.functional.triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2.0, eps=1e-06, "
      "swap=False, reduction='mean')",
      [](T a, T p, T n, double margin, double power, double eps, bool swap, Mean r) {
        return nn::triplet_margin_loss(
            a, p, n, {.margin = margin, .p = power, .eps = eps, .swap = swap, .reduction = r});
      });
  t.add(
      "nn.functional.multi_margin_loss(input, target, p=1, margin=1.0, weight=None, "
      "reduction='mean')",
      [](T x, T y, std::int64_t p, double margin, T w, Mean r) {
        return nn::multi_margin_loss(x, y, {.p = p, .margin = margin, .weight = w, .reduction = r});
      });
  t.add("nn.functional.multilabel_margin_loss(input, target, reduction='mean')",
        [](T x, T y, Mean r) { return nn::multilabel_margin_loss(x, y, {.reduction = r}); });
  t.add("nn.functional.multilabel_soft_margin_loss(input, target, weight=None, reduction='mean')",
        [](T x, T y, T w, Mean r) {
          return nn::multilabel_soft_margin_loss(x, y, {.weight = w, .reduction = r});
        });
}

void add_composed_losses(Table& t) {
  t.add("nn.functional.huber_loss(input, target, reduction='mean', delta=1.0)",
        [](T x, T y, Mean r, double delta) {
          return nn::huber_loss(x, y, {.reduction = r, .delta = delta});
        });
  t.add("nn.functional.smooth_l1_loss(input, target, reduction='mean', beta=1.0)",
        [](T x, T y, Mean r, double beta) {
          return nn::smooth_l1_loss(x, y, {.reduction = r, .beta = beta});
        });
  t.add("nn.functional.kl_div(input, target, reduction='mean', log_target=False)",
        [](T x, T y, Mean r, bool logs) {
          return nn::kl_div(x, y, {.reduction = r, .log_target = logs});
        });
  t.add("nn.functional.kl_div(input, target, reduction, log_target=False)",
        [](T x, T y, std::string word, bool logs) {
          if (word != "batchmean") throw Unfit("no reduction of ours");
          return nn::kl_div(x, y, {.batchmean = true, .log_target = logs});
        });
  t.add(
      "nn.functional.poisson_nll_loss(input, target, log_input=True, full=False, eps=1e-08, "
      "reduction='mean')",
      [](T x, T y, bool log_input, bool full, double eps, Mean r) {
        return nn::poisson_nll_loss(
            x, y, {.log_input = log_input, .full = full, .eps = eps, .reduction = r});
      });
  t.add(
      "nn.functional.gaussian_nll_loss(input, target, var, full=False, eps=1e-06, "
      "reduction='mean')",
      [](T x, T y, T var, bool full, double eps, Mean r) {
        return nn::gaussian_nll_loss(x, y, var, {.full = full, .eps = eps, .reduction = r});
      });
  add_margin_losses(t);
}

Tensor counts(Tensor lengths) { return lengths; }
Tensor counts(const std::vector<std::int64_t>& lengths) { return tg::tensor(lengths); }

template <class Lengths>
void add_ctc(Table& t) {
  t.add(
      "nn.functional.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, "
      "reduction='mean', zero_infinity=False)",
      [](T x, T y, Lengths n, Lengths m, std::int64_t blank, Mean r, bool zeros) {
        return nn::ctc_loss(x, y, counts(n), counts(m), {blank, r, zeros});
      });
}

}  // namespace

void add_losses(Table& t) {
  add_ctc<Tensor>(t);
  add_ctc<std::vector<std::int64_t>>(t);
  t.add("nn.functional.mse_loss(input, target, reduction='mean')",
        [](T x, T y, Mean r) { return nn::mse_loss(x, y, {.reduction = r}); });
  t.add("nn.functional.l1_loss(input, target, reduction='mean')",
        [](T x, T y, Mean r) { return nn::l1_loss(x, y, {.reduction = r}); });
  t.add("nn.functional.binary_cross_entropy(input, target, weight=None, reduction='mean')",
        [](T x, T y, T w, Mean r) {
          return nn::binary_cross_entropy(x, y, {.weight = w, .reduction = r});
        });
  t.add(
      "nn.functional.binary_cross_entropy_with_logits(input, target, weight=None, "
      "reduction='mean', pos_weight=None)",
      [](T x, T y, T w, Mean r, T p) {
        return nn::binary_cross_entropy_with_logits(x, y,
                                                    {.weight = w, .pos_weight = p, .reduction = r});
      });
  t.add("nn.functional.nll_loss(input, target, weight=None, ignore_index=-100, reduction='mean')",
        [](T x, T y, T w, std::int64_t ignored, Mean r) {
          return nn::nll_loss(x, y, {.weight = w, .ignore_index = ignored, .reduction = r});
        });
  t.add(
      "nn.functional.cross_entropy(input, target, weight=None, ignore_index=-100, "
      "reduction='mean', label_smoothing=0.0)",
      [](T x, T y, T w, std::int64_t ignored, Mean r, double smoothing) {
        return nn::cross_entropy(
            x, y,
            {.weight = w, .ignore_index = ignored, .reduction = r, .label_smoothing = smoothing});
      });
  add_composed_losses(t);
  t.add(
      "nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=None, "
      "dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False)",
      [](T q, T k, T v, T mask, double p, bool causal, std::optional<double> scale, bool grouped) {
        return nn::scaled_dot_product_attention(q, k, v,
                                                {.attn_mask = mask,
                                                 .dropout_p = p,
                                                 .is_causal = causal,
                                                 .scale = scale,
                                                 .enable_gqa = grouped});
      });
  t.add("nn.functional.linear(input, weight, bias=None)", nn::linear);
  t.binary("matmul", tg::matmul);
  t.add("__rmatmul__(input, other)", [](T a, T b) { return tg::matmul(b, a); });
}
