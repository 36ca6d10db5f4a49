#!/usr/bin/env python3
"""Write the paths that PyTorch's optimizers take, for tests/optim/rules_test.cpp.

    python3 tools/make_optimizer_reference.py [FILE]

Each path is eight steps in float64 from the same start down (or up) the same function of two
parameters of two elements; a row holds x[0], x[1], y[0], y[1] after a step. The C++ test has the
same function, and the same options under the same names.
"""

import argparse
import pathlib

import torch

FILE = pathlib.Path(__file__).parent.parent / "tests/optim/reference.hpp"
STEPS = 8
X = (0.5, -1.5)
Y = (2.0, 0.25)

SGD = {
    "plain": {"lr": 0.05},
    "momentum": {"lr": 0.02, "momentum": 0.9},
    "dampening": {"lr": 0.05, "momentum": 0.8, "dampening": 0.3},
    "nesterov": {"lr": 0.02, "momentum": 0.9, "nesterov": True},
    "weight decay": {"lr": 0.05, "weight_decay": 0.1},
    "momentum and weight decay": {"lr": 0.02, "momentum": 0.7, "weight_decay": 0.2},
    "nesterov and weight decay": {"lr": 0.02, "momentum": 0.7, "weight_decay": 0.2,
                                  "nesterov": True},
    "maximize": {"lr": 0.01, "momentum": 0.5, "weight_decay": 0.1, "maximize": True},
}
ADAM = {
    "plain": {"lr": 0.1},
    "betas and eps": {"lr": 0.05, "betas": (0.7, 0.95), "eps": 1e-3},
    "weight decay": {"lr": 0.1, "weight_decay": 0.15},
    "amsgrad": {"lr": 0.3, "betas": (0.5, 0.6), "amsgrad": True},
    "maximize": {"lr": 0.1, "weight_decay": 0.1, "maximize": True},
}


def loss(x, y):
    return (x.square() - 1).square().sum() + 0.5 * y.square().sum() + 0.3 * x.sum() * y.sum()


def path(optimizer, groups=False, **options):
    x = torch.tensor(X, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(Y, dtype=torch.float64, requires_grad=True)
    parts = [{"params": [x]}, {"params": [y], "lr": 0.01}] if groups else [x, y]
    rule = optimizer(parts, foreach=False, **options)
    rows = []
    for _ in range(STEPS):
        rule.zero_grad()
        loss(x, y).backward()
        rule.step()
        rows.append([*x.tolist(), *y.tolist()])
    return rows


def paths():
    """(name, rows) of each path."""
    for name, options in SGD.items():
        yield "SGD: " + name, path(torch.optim.SGD, **options)
    yield "SGD: two groups", path(torch.optim.SGD, groups=True, lr=0.05, momentum=0.5)
    for optimizer in (torch.optim.Adam, torch.optim.AdamW):
        for name, options in ADAM.items():
            yield f"{optimizer.__name__}: {name}", path(optimizer, **options)


def text():
    lines = [
        f"// Made by tools/make_optimizer_reference.py with PyTorch {torch.__version__.split('+')[0]}.",
        "#pragma once",
        "",
        "#include <array>",
        "#include <map>",
        "#include <string>",
        "",
        "namespace tapegrad::test {",
        "",
        f"using Path = std::array<std::array<double, 4>, {STEPS}>;",
        "",
        "// clang-format off",
        "inline const std::map<std::string, Path> reference_paths = {",
    ]
    for name, rows in paths():
        lines.append(f'    {{"{name}", {{{{')
        lines += ["        {{" + ", ".join(f"{value!r}" for value in row) + "}}," for row in rows]
        lines.append("    }}},")
    return "\n".join([*lines, "};", "// clang-format on", "", "}  // namespace tapegrad::test", ""])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("file", nargs="?", type=pathlib.Path, default=FILE)
    arguments.parse_args().file.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
