#include "tapegrad/nn/loss.hpp"

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/print.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("a loss as a module computes what its function does, with its options", "[nn][loss]") {
  const Tensor x = test::spread({4, 3}, -2, 2);
  const Tensor y = test::spread({4, 3}, 0.05, 0.95);
  const Tensor labels = tensor({2, 0, 1, 2});
  CHECK(equal(nn::MSELoss()(x, y), nn::mse_loss(x, y)));
  CHECK(equal(nn::L1Loss({.reduction = Reduction::none})(x, y),
              nn::l1_loss(x, y, {.reduction = Reduction::none})));
  CHECK(equal(nn::SmoothL1Loss({.beta = 0.5})(x, y), nn::smooth_l1_loss(x, y, {.beta = 0.5})));
  CHECK(equal(nn::HuberLoss({.delta = 0.5})(x, y), nn::huber_loss(x, y, {.delta = 0.5})));
  CHECK(equal(nn::BCELoss()(y, y), nn::binary_cross_entropy(y, y)));
  CHECK(equal(nn::BCEWithLogitsLoss()(x, y), nn::binary_cross_entropy_with_logits(x, y)));
  CHECK(equal(nn::CrossEntropyLoss({.label_smoothing = 0.1})(x, labels),
              nn::cross_entropy(x, labels, {.label_smoothing = 0.1})));
  CHECK(equal(nn::NLLLoss()(x, labels), nn::nll_loss(x, labels)));
  CHECK(equal(nn::KLDivLoss({.batchmean = true})(x, y), nn::kl_div(x, y, {.batchmean = true})));
  CHECK(equal(nn::PoissonNLLLoss()(x, y), nn::poisson_nll_loss(x, y)));
  CHECK(equal(nn::GaussianNLLLoss()(x, y, y), nn::gaussian_nll_loss(x, y, y)));
  CHECK(equal(nn::SoftMarginLoss()(x, y), nn::soft_margin_loss(x, y)));
  CHECK(equal(nn::HingeEmbeddingLoss()(x, y), nn::hinge_embedding_loss(x, y)));
  CHECK(equal(nn::MarginRankingLoss({.margin = 1})(x, y, y),
              nn::margin_ranking_loss(x, y, y, {.margin = 1})));
  CHECK(equal(nn::CosineEmbeddingLoss()(x, y, ones({4})),
              nn::cosine_embedding_loss(x, y, ones({4}))));
  CHECK(equal(nn::TripletMarginLoss({.swap = true})(x, y, -y),
              nn::triplet_margin_loss(x, y, -y, {.swap = true})));
  CHECK(
      equal(nn::MultiMarginLoss({.p = 2})(x, labels), nn::multi_margin_loss(x, labels, {.p = 2})));
  CHECK(equal(nn::MultiLabelMarginLoss()(x[0], labels.narrow(0, 0, 3)),
              nn::multilabel_margin_loss(x[0], labels.narrow(0, 0, 3))));
  CHECK(equal(nn::MultiLabelSoftMarginLoss()(x, y), nn::multilabel_soft_margin_loss(x, y)));
}

TEST_CASE("the weights of a loss are in its state, as torch's are", "[nn][loss]") {
  const Tensor weight = tensor({1.0F, 2.0F, 4.0F});
  nn::CrossEntropyLoss loss({.weight = weight});
  CHECK(equal(loss.state_dict()["weight"], weight));
  loss.to(float64);
  CHECK(loss(test::spread({2, 3}, -1, 1), tensor({0, 2})).dtype() == float64);
  const nn::CrossEntropyLoss copy = loss;
  CHECK(!copy.weight.is_same(loss.weight));

  nn::BCEWithLogitsLoss logits({.pos_weight = weight});
  CHECK(logits.state_dict().size() == 1);
  const Tensor x = test::spread({2, 3}, -1, 1);
  CHECK(equal(logits(x, x), nn::binary_cross_entropy_with_logits(x, x, {.pos_weight = weight})));
  CHECK(nn::MSELoss().state_dict().size() == 0);
  CHECK(to_string(nn::MSELoss()) == "MSELoss()");
}
