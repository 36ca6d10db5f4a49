#!/usr/bin/env python3
"""Writes tests/ops/loss/reference.hpp: torch's values and gradients of losses in the tests there.

    build/interop/bin/python tools/make_loss_reference.py > tests/ops/loss/reference.hpp

Inputs are those of tests/ops/loss/torch_losses.hpp.
"""

import math

import torch
import torch.nn.functional as F


def spread(shape, low=-2, high=2, seed=0):
    """As tests/support/values.cpp."""
    turns = (0.6180339887498949 * (i + 1) + 0.3247 * (seed + 1) for i in range(math.prod(shape)))
    values = [low + (high - low) * (turn - math.floor(turn)) for turn in turns]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


X, Y = spread((4, 3)), spread((4, 3), seed=1)
P, Q = spread((4, 3), 0.05, 0.95), spread((4, 3), 0.05, 0.95, 1)
SIGNS = torch.tensor([1.0, -1, -1, 1, 1, -1, 1, -1, -1, 1, -1, 1], dtype=torch.float64).reshape(4, 3)
CLASSES = torch.tensor([2, 0, 1, 2])
LABELS = torch.tensor([[1, -1, 0], [0, 2, -1], [-1, 1, 2], [2, 1, 0]])
WEIGHT = spread((3,), 0.5, 2)

# name -> (function, inputs that have gradients, the others)
CASES = {
    "huber_loss": (lambda x, y: F.huber_loss(x, y, delta=0.7, reduction="none"), [X, Y], []),
    "smooth_l1_loss": (lambda x, y: F.smooth_l1_loss(x, y, beta=1.5), [X, Y], []),
    "smooth_l1_loss of 0": (lambda x, y: F.smooth_l1_loss(x, y, beta=0), [X, Y], []),
    "kl_div": (lambda x, y: F.kl_div(x, y, reduction="batchmean"), [X, Q], []),
    "kl_div of logarithms": (lambda x, y: F.kl_div(x, y, reduction="sum", log_target=True), [X, Y], []),
    "poisson_nll_loss": (lambda x, y: F.poisson_nll_loss(x, y, full=True), [X], [spread((4, 3), 0, 9, 1)]),
    "poisson_nll_loss of rates": (lambda x, y: F.poisson_nll_loss(x, y, log_input=False), [P, Q], []),
    "gaussian_nll_loss": (lambda x, y, v: F.gaussian_nll_loss(x, y, v, full=True, reduction="none"), [X, Y, P], []),
    "gaussian_nll_loss of rows": (lambda x, y, v: F.gaussian_nll_loss(x, y, v), [X, Y, P[:, 0]], []),
    "margin_ranking_loss": (lambda x, y, t: F.margin_ranking_loss(x, y, t, margin=0.5), [X, Y, SIGNS], []),
    "hinge_embedding_loss": (lambda x, t: F.hinge_embedding_loss(x, t, margin=0.8, reduction="none"), [X], [SIGNS]),
    "cosine_embedding_loss": (lambda x, y, t: F.cosine_embedding_loss(x, y, t, margin=-0.9), [X, Y], [SIGNS[:, 0]]),
    "triplet_margin_loss": (lambda a, p, n: F.triplet_margin_loss(a, p, n), [X, Y, P], []),
    "triplet_margin_loss, swapped": (
        lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=2, p=1, swap=True, reduction="none"), [X, Y, P], []),
    "soft_margin_loss": (lambda x, t: F.soft_margin_loss(x, t), [X], [Y]),
    "multi_margin_loss": (lambda x, t: F.multi_margin_loss(x, t, margin=0.8), [X], [CLASSES]),
    "multi_margin_loss, weighted": (
        lambda x, t: F.multi_margin_loss(x, t, p=2, weight=WEIGHT, reduction="none"), [X], [CLASSES]),
    "multilabel_margin_loss": (lambda x, t: F.multilabel_margin_loss(x, t), [X], [LABELS]),
    "multilabel_soft_margin_loss": (
        lambda x, t: F.multilabel_soft_margin_loss(x, t, weight=WEIGHT, reduction="none"), [X, Q], []),
}


def text(values):
    return "{" + ", ".join(repr(v) for v in values.detach().flatten().tolist()) + "}"


print("""// Made by tools/make_loss_reference.py with torch 2.13: value and gradients of the sum of each.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tapegrad::test {

struct LossReference {
  std::vector<double> value;
  std::vector<std::vector<double>> grads;
};

inline const std::map<std::string, LossReference> loss_references = {""")
for name, (f, tracked, others) in CASES.items():
    inputs = [x.clone().requires_grad_() for x in tracked]
    y = f(*inputs, *others)
    grads = torch.autograd.grad(y.sum(), inputs)
    print(f'    {{"{name}", {{{text(y)}, {{{", ".join(map(text, grads))}}}}}}},')
print("""};

}  // namespace tapegrad::test""")
