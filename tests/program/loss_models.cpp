#include "program/model_row.hpp"
#include "tapegrad/nn/loss.hpp"

namespace tapegrad::test {

std::vector<ModelRow> loss_rows() {
  const auto two = [](const auto& m, const Tensors& x) { return m(x[0], x[1]); };
  const auto in_unit = [](const auto& m, const Tensors& x) {
    return m(sigmoid(x[0]), sigmoid(x[1]));
  };
  const auto of_signs = [](const auto& m, const Tensors& x) {
    return m(x[0], where(x[1] > 0, ones_like(x[1]), -ones_like(x[1])));
  };
  const std::vector<Feed> pair{{3, 4}, {3, 4}}, classes{{3, 4}, Feed({3}, int64)};
  return {
      row(
          "MSELoss", pair, [] { return nn::MSELoss(); }, two),
      row(
          "L1Loss", pair, [] { return nn::L1Loss(); }, two),
      row(
          "SmoothL1Loss", pair, [] { return nn::SmoothL1Loss(); }, two),
      row(
          "HuberLoss", pair, [] { return nn::HuberLoss(); }, two),
      row(
          "BCELoss", pair, [] { return nn::BCELoss(); }, in_unit),
      row(
          "BCEWithLogitsLoss", pair,
          [] { return nn::BCEWithLogitsLoss({.pos_weight = full({4}, 2.0)}); },
          [](const auto& m, const Tensors& x) { return m(x[0], sigmoid(x[1])); }),
      row(
          "CrossEntropyLoss", classes,
          [] { return nn::CrossEntropyLoss({.weight = full({4}, 0.5), .label_smoothing = 0.1}); },
          two),
      row(
          "NLLLoss", classes, [] { return nn::NLLLoss(); },
          [](const auto& m, const Tensors& x) { return m(log_softmax(x[0], 1), x[1]); }),
      row(
          "KLDivLoss", pair, [] { return nn::KLDivLoss({.reduction = Reduction::sum}); },
          [](const auto& m, const Tensors& x) {
            return m(log_softmax(x[0], 1), softmax(x[1], 1));
          }),
      row(
          "PoissonNLLLoss", pair, [] { return nn::PoissonNLLLoss(); },
          [](const auto& m, const Tensors& x) { return m(x[0], square(x[1])); }),
      row(
          "SoftMarginLoss", pair, [] { return nn::SoftMarginLoss(); }, of_signs),
      row(
          "HingeEmbeddingLoss", pair, [] { return nn::HingeEmbeddingLoss(); }, of_signs),
      row(
          "MultiMarginLoss", classes, [] { return nn::MultiMarginLoss(); }, two),
      row(
          "MultiLabelMarginLoss", {{3, 4}, Feed({3, 4}, int64)},
          [] { return nn::MultiLabelMarginLoss(); }, two),
      row(
          "MultiLabelSoftMarginLoss", pair, [] { return nn::MultiLabelSoftMarginLoss(); }, in_unit),
      row(
          "GaussianNLLLoss", pair, [] { return nn::GaussianNLLLoss(); },
          [](const auto& m, const Tensors& x) { return m(x[0], x[1], square(x[1]) + 0.5); }),
      row(
          "MarginRankingLoss", pair, [] { return nn::MarginRankingLoss(); },
          [](const auto& m, const Tensors& x) { return m(x[0], x[1], ones_like(x[0])); }),
      row(
          "CosineEmbeddingLoss", pair, [] { return nn::CosineEmbeddingLoss(); },
          [](const auto& m, const Tensors& x) { return m(x[0], x[1], ones({3})); }),
      row(
          "TripletMarginLoss", pair, [] { return nn::TripletMarginLoss(); },
          [](const auto& m, const Tensors& x) { return m(x[0], x[1], tanh(x[0])); })};
}

}  // namespace tapegrad::test
