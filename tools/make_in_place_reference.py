#!/usr/bin/env python3
"""Print what PyTorch makes of in-place changes through views, as C++ literals.

    python3 tools/make_in_place_reference.py

tests/autograd/in_place_views_cases.hpp holds the same cases under the same names; each gives the
value and the gradients of a [2, 3], w [3] and s [] that PyTorch gives for the same lines. Where
an operand shares memory with what is written, PyTorch wants a clone() that our lines do without.
"""

import torch

A = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]]
W = [1.25, -0.5, 0.75]
S = 1.5


def row_of_zeros(a, w, s):
    h = torch.zeros(2, 3)
    h[0].copy_(w * 2)
    return (h * h + h * a).sum()


def column_of_recorded(a, w, s):
    h = a * 2
    h.select(1, 1).add_(s * s)
    return (h * h * h).sum()


def part_of_columns(a, w, s):
    h = a * a
    h[:, 1:].mul_(w[1:])
    return (h * h).sum()


def view_of_view(a, w, s):
    h = a * a
    row = h[1]
    part = row[1:]
    part.mul_(s)
    return (h * h * h).sum() + (part * 3).sum()


def transposed(a, w, s):
    h = a * 2
    h.t().mul_(w.view(3, 1))
    return torch.exp(h).sum()


def shifted_sum(a, w, s):
    h = a.reshape(6) * 1
    h[1:] += h[:-1].clone()
    return (h * h).sum()


def views_taken_again(a, w, s):
    h = a * 1
    h[0].mul_(w)
    h[:, 2].add_(s * s)
    h[1].div_(w)
    return (h * h * h).sum()


def base_after_view(a, w, s):
    h = torch.zeros(2, 3)
    h[0].add_(w)
    h.mul_(a)
    h.add_(s)
    return (h * h).sum()


def view_after_base(a, w, s):
    h = a * 1
    h.mul_(w)
    h[1].mul_(h[0].clone())
    return (h * h).sum()


def recurrence(a, w, s):
    h = torch.zeros(4)
    h[0].copy_(s)
    for i in range(3):
        h[i + 1].copy_(h[i].clone() * w[i] + a[0, i])
    return (h * h.clone()).sum()


def strided_flat(a, w, s):
    h = a * 1
    h.view(6)[1::2].mul_(s)
    return (h * h * h).sum()


def times_own_row(a, w, s):
    h = a * 1
    h.mul_(h[0].clone())
    return (h * h).sum()


def itself(a, w, s):
    h = a * 1
    h.mul_(h.clone())
    h.div_(h + s)
    return (h * w).sum()


def cleared_row(a, w, s):
    h = a * w
    h[0].zero_()
    return (h * h * h).sum() + h.sum()


def rows_divided(a, w, s):
    h = a * a + 1
    h[0].div_(h[1].clone())
    return (h * h).sum()


def overwritten(a, w, s):
    h = torch.zeros(2, 3)
    h[0].copy_(w)
    h[0].copy_(w * w)
    return (h * a).sum() * s


def read_between(a, w, s):
    h = a * 1
    early = h[0] + 0
    h[0].add_(w)
    late = h[0] * 2
    h[0].mul_(s)
    return (early * late).sum() + h.sum()


def permuted_block(a, w, s):
    h = (a.view(2, 3, 1) * w).contiguous()
    h.permute(2, 0, 1)[1:, 1].sub_(s * w)
    return (h * h).sum()


def single_element(a, w, s):
    h = a * 1
    h[1][2].mul_(h[0][1].clone())
    return (h * h * s).sum()


def expanded_source(a, w, s):
    h = torch.ones(2, 3)
    h[:, :2].mul_(w[:1].view(1, 1).expand(2, 2))
    return (h * a).sum()


CASES = [row_of_zeros, column_of_recorded, part_of_columns, view_of_view, transposed, shifted_sum,
         views_taken_again, base_after_view, view_after_base, recurrence, strided_flat,
         times_own_row, itself, cleared_row, rows_divided, overwritten, read_between,
         permuted_block, single_element, expanded_source]


def numbers(tensor):
    return "{" + ", ".join(repr(v) for v in tensor.reshape(-1).tolist()) + "}"


def main():
    torch.set_default_dtype(torch.float64)
    print(f"// torch {torch.__version__}")
    for case in CASES:
        leaves = [torch.tensor(v, requires_grad=True) for v in (A, W, S)]
        y = case(*leaves)
        first = torch.autograd.grad(y, leaves, create_graph=True, allow_unused=True)
        first = [torch.zeros_like(x) if g is None else g for x, g in zip(leaves, first)]
        # Second order: the gradient of the sum of squared first derivatives.
        penalty = sum((g * g).sum() for g in first)
        second = torch.autograd.grad(penalty, leaves, allow_unused=True)
        second = [torch.zeros_like(x) if g is None else g for x, g in zip(leaves, second)]
        print(f'{{"{case.__name__}", {case.__name__}, {y.item()!r},')
        print(f" {{{', '.join(numbers(g) for g in first)}}},")
        print(f" {{{', '.join(numbers(g) for g in second)}}}}},")


if __name__ == "__main__":
    main()
