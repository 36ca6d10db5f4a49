#!/usr/bin/env python3
"""Write the paths that PyTorch's optimizers take, for tests/optim/rules_test.cpp and lbfgs_test.cpp.

    python3 tools/make_optimizer_reference.py [FOLDER]

Each path is eight steps in float64 from the same start down (or up) the same function of two
parameters of two elements; a row holds x[0], x[1], y[0], y[1] after a step. The C++ tests have the
same function, and the same options under the same names. A file for each optimizer.
"""

import argparse
import pathlib

import torch

FOLDER = pathlib.Path(__file__).parent.parent / "tests/optim/reference"
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
    "two groups": {"lr": 0.05, "momentum": 0.5},
}
ADAM = {
    "plain": {"lr": 0.1},
    "betas and eps": {"lr": 0.05, "betas": (0.7, 0.95), "eps": 1e-3},
    "weight decay": {"lr": 0.1, "weight_decay": 0.15},
    "amsgrad": {"lr": 0.3, "betas": (0.5, 0.6), "amsgrad": True},
    "maximize": {"lr": 0.1, "weight_decay": 0.1, "maximize": True},
    "two groups": {"lr": 0.1, "weight_decay": 0.1},
}
MEANS = {name: options for name, options in ADAM.items() if name != "amsgrad"}
DECOUPLED = {"decoupled": {"lr": 0.1, "weight_decay": 0.15, "decoupled_weight_decay": True}}
NADAM = MEANS | DECOUPLED | {"momentum decay": {"lr": 0.1, "momentum_decay": 0.5}}
# With beta2 = 0.999 eight steps see the change of rule, with 0.7 they never do.
RADAM = MEANS | DECOUPLED | {"never adaptive": {"lr": 0.05, "betas": (0.8, 0.6)}}
ADADELTA = {
    "plain": {},
    "rho and eps": {"lr": 0.8, "rho": 0.7, "eps": 1e-2},
    "weight decay": {"lr": 5, "eps": 1e-3, "weight_decay": 0.1},
    "maximize": {"lr": 2, "eps": 1e-3, "weight_decay": 0.1, "maximize": True},
    "two groups": {"lr": 3, "eps": 1e-3},
}
ADAGRAD = {
    "plain": {"lr": 0.1},
    "decay of the rate": {"lr": 0.2, "lr_decay": 0.3, "eps": 1e-3},
    "initial sum": {"lr": 0.2, "initial_accumulator_value": 0.5},
    "weight decay": {"lr": 0.2, "weight_decay": 0.1},
    "maximize": {"lr": 0.1, "weight_decay": 0.1, "maximize": True},
    "two groups": {"lr": 0.2, "lr_decay": 0.1},
}
RMSPROP = {
    "plain": {"lr": 0.02},
    "alpha and eps": {"lr": 0.05, "alpha": 0.8, "eps": 1e-2},
    "momentum": {"lr": 0.02, "alpha": 0.9, "momentum": 0.7},
    "centered": {"lr": 0.02, "alpha": 0.9, "centered": True},
    "centered momentum": {"lr": 0.01, "alpha": 0.9, "momentum": 0.6, "weight_decay": 0.1,
                          "centered": True},
    "maximize": {"lr": 0.02, "weight_decay": 0.1, "maximize": True},
    "two groups": {"lr": 0.02, "momentum": 0.5},
}
RPROP = {
    "plain": {"lr": 0.1},
    "etas": {"lr": 0.3, "etas": (0.3, 1.7)},
    "step sizes": {"lr": 0.3, "step_sizes": (0.05, 0.35)},
    "maximize": {"lr": 0.1, "maximize": True},
    "two groups": {"lr": 0.2},
}
LION = {
    "plain": {"lr": 0.05},
    "betas": {"lr": 0.05, "betas": (0.5, 0.7)},
    "weight decay": {"lr": 0.1, "weight_decay": 0.3},
    "maximize": {"lr": 0.05, "weight_decay": 0.3, "maximize": True},
    "two groups": {"lr": 0.1},
}
LBFGS = {
    "plain": {"lr": 0.1, "max_iter": 3},
    "short history": {"lr": 0.2, "max_iter": 4, "history_size": 2},
    "one iteration": {"lr": 0.1, "max_iter": 1},
    "few evaluations": {"lr": 0.1, "max_iter": 10, "max_eval": 3},
    "strong Wolfe": {"max_iter": 2, "line_search_fn": "strong_wolfe"},
    "strong Wolfe, long steps": {"lr": 3, "max_iter": 2, "max_eval": 20,
                                 "line_search_fn": "strong_wolfe"},
    "strong Wolfe, short steps": {"lr": 1e-3, "max_iter": 1, "max_eval": 20,
                                  "line_search_fn": "strong_wolfe"},
    "strong Wolfe, few evaluations": {"lr": 4, "max_iter": 3, "max_eval": 4,
                                      "line_search_fn": "strong_wolfe"},
    "strong Wolfe to the end": {"tolerance_grad": 0.05, "line_search_fn": "strong_wolfe"},
}


class Lion(torch.optim.Optimizer):
    """As Chen et al. (2023) write it, algorithm 2; torch doesn't have it."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False,
                 foreach=False):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay,
                                  "maximize": maximize})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for x in group["params"]:
                g = -x.grad if group["maximize"] else x.grad
                m = self.state[x].setdefault("exp_avg", torch.zeros_like(x))
                c = beta1 * m + (1 - beta1) * g
                x -= group["lr"] * (torch.sign(c) + group["weight_decay"] * x)
                m.copy_(beta2 * m + (1 - beta2) * g)


RULES = {
    torch.optim.SGD: SGD,
    torch.optim.Adam: ADAM,
    torch.optim.AdamW: ADAM,
    torch.optim.NAdam: NADAM,
    torch.optim.RAdam: RADAM,
    torch.optim.Adamax: MEANS,
    torch.optim.Adadelta: ADADELTA,
    torch.optim.Adagrad: ADAGRAD,
    torch.optim.RMSprop: RMSPROP,
    torch.optim.Rprop: RPROP,
    Lion: LION,
    torch.optim.LBFGS: LBFGS,
}


def loss(x, y):
    return (x.square() - 1).square().sum() + 0.5 * y.square().sum() + 0.3 * x.sum() * y.sum()


def path(optimizer, groups, **options):
    x = torch.tensor(X, requires_grad=True)
    y = torch.tensor(Y, requires_grad=True)
    parts = [{"params": [x]}, {"params": [y], "lr": 0.01}] if groups else [x, y]
    if optimizer is not torch.optim.LBFGS:
        options["foreach"] = False
    rule = optimizer(parts, **options)

    def closure():
        rule.zero_grad()
        value = loss(x, y)
        value.backward()
        return value

    rows = []
    for _ in range(STEPS):
        if optimizer is torch.optim.LBFGS:
            rule.step(closure)
        else:
            closure()
            rule.step()
        rows.append([*x.tolist(), *y.tolist()])
    return rows


def text(optimizer, options):
    version = torch.__version__.split("+")[0]
    lines = [
        f"// Made by tools/make_optimizer_reference.py with PyTorch {version}.",
        "#pragma once",
        "",
        '#include "optim/reference/paths.hpp"',
        "",
        "namespace tapegrad::test {",
        "",
        "// clang-format off",
        f"inline const Paths {optimizer.__name__.lower()}_paths = {{",
    ]
    for name, chosen in options.items():
        lines.append(f'    {{"{name}", {{{{')
        rows = path(optimizer, name == "two groups", **chosen)
        lines += ["        {{" + ", ".join(f"{value!r}" for value in row) + "}}," for row in rows]
        lines.append("    }}},")
    return "\n".join([*lines, "};", "// clang-format on", "", "}  // namespace tapegrad::test", ""])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", nargs="?", type=pathlib.Path, default=FOLDER)
    folder = arguments.parse_args().folder
    # NAdam keeps the product of its momenta in the default type.
    torch.set_default_dtype(torch.float64)
    for optimizer, options in RULES.items():
        file = folder / f"{optimizer.__name__.lower()}.hpp"
        file.write_text(text(optimizer, options), encoding="utf-8")


if __name__ == "__main__":
    main()
