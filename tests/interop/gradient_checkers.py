#!/usr/bin/env python3
"""The suites of tests/gradtest through other checkers of derivatives, side by side.

    gradient_checkers.py SUITE        SUITE: the library gradient_suite.so, as the build makes it

Each function and each derivative is the one that gradtest's own tests use. torch.autograd.gradcheck
runs with its defaults; scipy.optimize.check_grad returns a distance, which counts as wrong above
1e-6 of the gradient's length, plus 1e-6. Prints the tables of docs/testing_derivatives.md: how many
each checker calls wrong.
"""

import ctypes
import sys
from collections import Counter

import numpy as np
import scipy.optimize
import torch

CHECKERS = ("gradtest", "torch", "scipy")


def library(path):
    suite = ctypes.CDLL(str(path))
    suite.kind.restype = suite.name.restype = ctypes.c_char_p
    return suite


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


class Case:
    def __init__(self, suite, right, i):
        self.suite, self.right, self.i = suite, right, i
        self.kind = suite.kind(right, i).decode()
        self.n, self.m = suite.inputs(right, i), suite.outputs(right, i)
        self.x = np.empty(self.n)
        suite.point(right, i, pointer(self.x))

    def value(self, x):
        y = np.empty(self.m)
        self.suite.value(self.right, self.i, pointer(np.ascontiguousarray(x, dtype=float)), pointer(y))
        return y

    def derivative(self, x):
        j = np.empty(self.n * self.m)
        self.suite.derivative(self.right, self.i, pointer(np.ascontiguousarray(x, dtype=float)),
                              pointer(j))
        return j.reshape(self.m, self.n)

    def by_gradtest(self):
        return ("ok", "wrong", "inconclusive")[self.suite.verdict(self.right, self.i)]

    def by_torch(self):
        case = self

        class Function(torch.autograd.Function):
            @staticmethod
            def forward(context, x):
                context.save_for_backward(x)
                return torch.from_numpy(case.value(x.detach().numpy()))

            @staticmethod
            def backward(context, g):
                (x,) = context.saved_tensors
                return g @ torch.from_numpy(case.derivative(x.detach().numpy()))

        x = torch.from_numpy(self.x.copy()).requires_grad_()
        return "ok" if torch.autograd.gradcheck(Function.apply, (x,), raise_exception=False) else "wrong"

    def by_scipy(self):
        worst = 0
        for row in range(self.m):
            off = scipy.optimize.check_grad(lambda x: self.value(x)[row],
                                            lambda x: self.derivative(x)[row], self.x)
            size = np.linalg.norm(self.derivative(self.x)[row])
            worst = max(worst, off / (1e-6 * size + 1e-6)) if np.isfinite(off) else np.inf
        return "ok" if worst <= 1 else "wrong"


def verdicts(suite, right):
    """[(kind, {checker: verdict})] of each case."""
    cases = [Case(suite, right, i) for i in range(suite.count(right))]
    return [(case.kind, {c: getattr(case, f"by_{c}")() for c in CHECKERS}) for case in cases]


def table(title, found):
    """A line for each kind, and one for all: the cases and how many of them each checker calls wrong."""
    totals, wrong = Counter(), Counter()
    for kind, by in found:
        for key in (kind, "all"):
            totals[key] += 1
            for checker in CHECKERS:
                wrong[key, checker] += by[checker] == "wrong"
    kinds = [*(k for k in totals if k != "all"), "all"]
    lines = [f"| {title} | cases | {' | '.join(CHECKERS)} |", "| --- | --- | --- | --- | --- |"]
    for kind in kinds:
        counts = " | ".join(str(wrong[kind, checker]) for checker in CHECKERS)
        lines.append(f"| {kind} | {totals[kind]} | {counts} |")
    return "\n".join(lines) + "\n"


def main():
    suite = library(sys.argv[1])
    for right, title in ((0, "wrong derivatives"), (1, "right derivatives")):
        print(table(title, verdicts(suite, right)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
