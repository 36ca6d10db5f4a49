#!/usr/bin/env python3
"""The suites of tests/gradtest through other checkers of derivatives, side by side.

    gradient_checkers.py        needs numpy, scipy, torch and a C++ compiler

Each function and each derivative is the one that gradtest's own tests use. torch.autograd.gradcheck
runs with its defaults; scipy.optimize.check_grad returns a distance, which counts as wrong above
1e-6 of the gradient's length, plus 1e-6. Prints a table as docs/testing_derivatives.md has it.
"""

import ctypes
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import scipy.optimize
import torch

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("mistakes_in_patterns", "mistakes_of_size", "mistakes_of_contract")


def library(folder):
    path = Path(folder) / "suite.so"
    sources = [ROOT / "tests/interop/gradient_suite.cpp",
               *(ROOT / f"tests/gradtest/{part}.cpp" for part in PARTS)]
    subprocess.run(["g++", "-std=c++20", "-O1", "-shared", "-fPIC", f"-I{ROOT / 'include'}",
                    f"-I{ROOT / 'tests'}", *sources, "-o", path], check=True)
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


def main():
    with tempfile.TemporaryDirectory() as folder:
        suite = library(folder)
        for right, title in ((0, "wrong derivatives"), (1, "right derivatives")):
            counts = defaultdict(lambda: defaultdict(int))
            totals = defaultdict(int)
            for i in range(suite.count(right)):
                case = Case(suite, right, i)
                for checker in ("gradtest", "torch", "scipy"):
                    verdict = getattr(case, f"by_{checker}")()
                    for key in (case.kind, "all"):
                        counts[key][checker, verdict] += 1
                totals[case.kind] += 1
            totals["all"] = suite.count(right)
            print(f"| {title} | cases | gradtest | torch | scipy |\n| --- | --- | --- | --- | --- |")
            for kind, total in totals.items():
                cells = []
                for checker in ("gradtest", "torch", "scipy"):
                    text = f"{counts[kind][checker, 'wrong']} wrong"
                    unknown = counts[kind][checker, "inconclusive"]
                    cells.append(text + (f", {unknown} inconclusive" if unknown else ""))
                print(f"| {kind} | {total} | {' | '.join(cells)} |")
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
