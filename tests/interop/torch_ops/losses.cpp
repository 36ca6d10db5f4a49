// Activations and losses.
#include "table.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"

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

void add_losses(Table& t) {
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
  t.add("nn.functional.linear(input, weight, bias=None)", nn::linear);
  t.binary("matmul", tg::matmul);
  t.add("__rmatmul__(input, other)", [](T a, T b) { return tg::matmul(b, a); });
}
