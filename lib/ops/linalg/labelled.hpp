// Tensors whose dimensions have labels, and their products: what einsum() and tensordot() share.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// A number for each dimension; the same one stands for the same dimension of another tensor.
using Labels = std::vector<int>;

inline bool has(const Labels& labels, int label) {
  return std::ranges::find(labels, label) != labels.end();
}

struct Labelled {
  Tensor x;
  Labels labels;
};

/// x with its dimensions in this order of its labels.
Tensor ordered(const Labelled& x, const Labels& order);

/// x without the labels that aren't kept: summed, in its own element type.
Labelled summed_to(const Labelled& x, const Labels& kept);

/// The product of two, summed over the labels that both have, but for those that are kept. Such a
/// label has the same size in both, and no label stands twice in one. Throws ShapeError in
/// `operation`'s name where the result had too many dimensions.
Labelled product_of(std::string_view operation, const Labelled& a, const Labelled& b,
                    const Labels& kept);

}  // namespace tapegrad
