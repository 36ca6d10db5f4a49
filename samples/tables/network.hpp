// The network: what is missing filled in, numbers scaled, an embedding for each categorical column,
// two hidden layers. No training here.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tapegrad/tapegrad.hpp>
#include <vector>

/// [n, numeric + categorical], numbers (NaN where one is missing) and indices of categories, to
/// logits [n].
struct TableNetwork : tapegrad::nn::Module {
  std::int64_t numeric;
  /// Of each number, by the part for training: what stands for a missing one, by what it is scaled,
  /// and 1 where one was missing at all, so that the network is told where.
  tapegrad::nn::Buffer fill, mean, scale, told;
  std::vector<tapegrad::nn::Embedding> embeddings;
  tapegrad::nn::Linear hidden1, hidden2, out{32, 1};
  tapegrad::nn::Dropout dropout1{0.4}, dropout2{0.4};

  /// sizes: how many indices each categorical column has.
  TableNetwork(std::int64_t numbers, const std::vector<std::int64_t>& sizes)
      : numeric(numbers),
        fill(tapegrad::zeros({numbers})),
        mean(tapegrad::zeros({numbers})),
        scale(tapegrad::ones({numbers})),
        told(tapegrad::zeros({numbers})),
        hidden1(width(numbers, sizes), 64),
        hidden2(64, 32) {
    const tapegrad::NoGrad guard;
    for (const std::int64_t size : sizes) {
      tapegrad::Tensor weight = embeddings.emplace_back(size, dimension(size)).weight;
      weight.mul_(0.1);
      weight.select(0, size - 1).fill_(0);  // what is unknown says nothing, unless it is learned
    }
  }

  /// Half as many dimensions as categories, 8 at most: a category that is seen a hundred times has
  /// no more to say.
  static std::int64_t dimension(std::int64_t size) {
    return std::min<std::int64_t>((size + 1) / 2, 8);
  }
  static std::int64_t width(std::int64_t numbers, const std::vector<std::int64_t>& sizes) {
    std::int64_t width = 2 * numbers;
    for (const std::int64_t size : sizes) width += dimension(size);
    return width;
  }

  /// Takes what it must know of the numbers from those of the part for training: [n, numeric].
  void fit(const tapegrad::Tensor& numbers) {
    if (numeric == 0) return;
    const tapegrad::NoGrad guard;
    const auto imputer = tapegrad::data::Imputer().fit(numbers);
    tapegrad::data::StandardScaler scaler;
    scaler.fit(imputer.transform(numbers));
    fill.copy_(imputer.values());
    mean.copy_(scaler.mean());
    scale.copy_(scaler.scale());
    told.copy_(any(isnan(numbers), 0));
  }

  void visit(tapegrad::nn::Visitor& v) override {
    v("fill", fill), v("mean", mean), v("scale", scale), v("told", told);
    v("embeddings", embeddings), v("hidden1", hidden1), v("dropout1", dropout1);
    v("hidden2", hidden2), v("dropout2", dropout2), v("out", out);
  }

  tapegrad::Tensor forward(const tapegrad::Tensor& x) const {
    std::vector<tapegrad::Tensor> parts;
    if (numeric > 0) {
      const tapegrad::Tensor numbers = x.narrow(1, 0, numeric);
      const tapegrad::Tensor missing = isnan(numbers);
      parts.push_back((where(missing, fill, numbers) - mean) / scale);
      parts.push_back(missing.to(tapegrad::float32) * told);
    }
    for (std::size_t i = 0; i < embeddings.size(); ++i) {
      const auto column = numeric + static_cast<std::int64_t>(i);
      parts.push_back(embeddings[i](x.select(1, column).to(tapegrad::int64)));
    }
    const tapegrad::Tensor first = relu(hidden1(cat(parts, 1)));
    const tapegrad::Tensor second = relu(hidden2(dropout1(first)));
    return out(dropout2(second)).squeeze(1);
  }
};
