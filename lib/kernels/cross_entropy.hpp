// The negative logarithm of a label's softmax, and its gradient, a row at a time.
#pragma once

#include "kernels/labels.hpp"

namespace tapegrad::kernels {

// `logits` are dense rows of `labels.classes` elements, one for each label: labels.rows is how
// many, labels.columns is 1. A label that is ignored counts for 0, as does a weight of 0.

/// out = the loss of each row, or their scaled sum: as pick_labels() of the rows' log_softmax, to
/// the bit.
void cross_entropy(Ref out, Ref logits, const Labels& labels, const LabelWeights& weights);

/// out, of the logits' shape, = g times the derivative; `g` has an element for each label or one
/// for all.
void cross_entropy_gradient(Ref out, Ref g, Ref logits, const Labels& labels,
                            const LabelWeights& weights);

}  // namespace tapegrad::kernels
