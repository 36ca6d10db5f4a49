#!/usr/bin/env python3
"""Write the learning rates of PyTorch's schedulers, for tests/optim/curves_test.cpp and its neighbours.

    python3 tools/make_schedule_reference.py [FOLDER]

Each case is an SGD with two groups, of rates 0.1 and 0.02 and momentum 0.9, and 20 steps of a
scheduler. A list for each group has its rates, before the first step and after each; a third list has
the momentum of the first group where the scheduler changes it. The C++ tests have the same options
under the same names.
"""

import argparse
import pathlib

import torch
from torch.optim import lr_scheduler as lr

FOLDER = pathlib.Path(__file__).parent.parent / "tests/optim/reference"
STEPS = 20
METRICS = (5, 4, 4.2, 4, 3.9999, 3.5, 3.6, 3.6, 3.6, 3.6, 3.6, 3.4, 3.5, 3.5, float("nan"), 3.5, 3.2, 3.3,
           3.3, 3.3)


def sequential(o):
    parts = [lr.LinearLR(o, 0.2, total_iters=4), lr.ConstantLR(o, 0.5, 3),
             lr.CosineAnnealingLR(o, 8, 0.001)]
    return lr.SequentialLR(o, parts, [5, 11])


CURVES = {
    "StepLR": lambda o: lr.StepLR(o, 6),
    "StepLR, gamma": lambda o: lr.StepLR(o, 3, 0.7),
    "MultiStepLR": lambda o: lr.MultiStepLR(o, [4, 12, 12, 15], 0.5),
    "ConstantLR": lambda o: lr.ConstantLR(o),
    "ConstantLR, longer": lambda o: lr.ConstantLR(o, 0.2, 11),
    "LinearLR": lambda o: lr.LinearLR(o),
    "LinearLR, down": lambda o: lr.LinearLR(o, 0.9, 0.05, 13),
    "ExponentialLR": lambda o: lr.ExponentialLR(o, 0.8),
    "PolynomialLR": lambda o: lr.PolynomialLR(o),
    "PolynomialLR, power": lambda o: lr.PolynomialLR(o, 17, 2.3),
    "CosineAnnealingLR": lambda o: lr.CosineAnnealingLR(o, 7),
    "CosineAnnealingLR, least": lambda o: lr.CosineAnnealingLR(o, 25, 0.005),
    "CosineAnnealingWarmRestarts": lambda o: lr.CosineAnnealingWarmRestarts(o, 6, 1, 0.002),
    "CosineAnnealingWarmRestarts, longer": lambda o: lr.CosineAnnealingWarmRestarts(o, 3, 2),
    "LambdaLR": lambda o: lr.LambdaLR(o, [lambda t: 0.9 ** t, lambda t: 1 / (1 + t)]),
    "ChainedScheduler": lambda o: lr.ChainedScheduler(
        [lr.LinearLR(o, 0.25, total_iters=6), lr.ExponentialLR(o, 0.95), lr.StepLR(o, 8, 0.5)]),
    "ChainedScheduler, cosine": lambda o: lr.ChainedScheduler(
        [lr.ConstantLR(o, 0.5, 4), lr.CosineAnnealingLR(o, 30)]),
    "SequentialLR": sequential,
}
CYCLES = {
    "OneCycleLR": lambda o: lr.OneCycleLR(o, 0.3, 20),
    "OneCycleLR, linear": lambda o: lr.OneCycleLR(
        o, [0.3, 0.4], 25, pct_start=0.4, anneal_strategy="linear", base_momentum=0.7,
        max_momentum=0.9, div_factor=10, final_div_factor=100),
    "OneCycleLR, three phases": lambda o: lr.OneCycleLR(o, 0.3, 21, three_phase=True),
    "OneCycleLR, no momentum": lambda o: lr.OneCycleLR(o, 0.3, 20, cycle_momentum=False),
    "CyclicLR": lambda o: lr.CyclicLR(o, 0.01, 0.1, 4),
    "CyclicLR, halved": lambda o: lr.CyclicLR(
        o, [0.01, 0.02], [0.1, 0.3], 2, 5, mode="triangular2", base_momentum=0.6),
    "CyclicLR, faded": lambda o: lr.CyclicLR(o, 0.01, 0.1, 3, mode="exp_range", gamma=0.9),
    "CyclicLR, own scale": lambda o: lr.CyclicLR(
        o, 0.01, 0.1, 3, scale_fn=lambda cycle: 1 / cycle, cycle_momentum=False),
    "CyclicLR, own scale by step": lambda o: lr.CyclicLR(
        o, 0.01, 0.1, 3, scale_fn=lambda step: 0.95 ** step, scale_mode="iterations"),
}
PLATEAUS = {
    "plain": {"patience": 2},
    "cooldown": {"factor": 0.5, "patience": 1, "cooldown": 3},
    "larger": {"mode": "max", "factor": 0.5, "patience": 0},
    "absolute": {"factor": 0.7, "patience": 1, "threshold": 0.3, "threshold_mode": "abs"},
    "larger, absolute": {"mode": "max", "factor": 0.7, "patience": 1, "threshold": 0.1,
                         "threshold_mode": "abs"},
    "least rates": {"factor": 0.5, "patience": 0, "min_lr": [0.03, 0.004], "eps": 1e-3},
}


def optimizer():
    groups = [{"params": [torch.zeros(1)], "lr": rate} for rate in (0.1, 0.02)]
    return torch.optim.SGD(groups, momentum=0.9)


def rates(rule, step):
    """What the groups have before the first step and after each."""
    lists = [[], [], []]
    for t in range(STEPS + 1):
        for group, numbers in zip(rule.param_groups, lists):
            numbers.append(float(group["lr"]))
        lists[2].append(rule.param_groups[0]["momentum"])
        if t < STEPS:
            rule.step()
            step(t)
    return lists if len(set(lists[2])) > 1 else lists[:2]


def of_curve(make):
    rule = optimizer()
    scheduler = make(rule)
    return rates(rule, lambda t: scheduler.step())


def of_plateau(options):
    rule = optimizer()
    scheduler = lr.ReduceLROnPlateau(rule, **options)
    return rates(rule, lambda t: scheduler.step(METRICS[t]))


def text(name, cases):
    version = torch.__version__.split("+")[0]
    lines = [
        f"// Made by tools/make_schedule_reference.py with PyTorch {version}.",
        "#pragma once",
        "",
        '#include "optim/reference/paths.hpp"',
        "",
        "namespace tapegrad::test {",
        "",
        "// clang-format off",
        f"inline const Rates {name} = {{",
    ]
    for case, lists in cases.items():
        lines.append(f'    {{"{case}", {{')
        for numbers in lists:
            rows = [numbers[i:i + 4] for i in range(0, len(numbers), 4)]
            for i, row in enumerate(rows):
                lines.append(("        {" if i == 0 else "         ")
                             + ", ".join(f"{value!r}" for value in row)
                             + ("}," if i == len(rows) - 1 else ","))
        lines.append("    }},")
    return "\n".join([*lines, "};", "// clang-format on", "", "}  // namespace tapegrad::test", ""])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", nargs="?", type=pathlib.Path, default=FOLDER)
    folder = arguments.parse_args().folder
    for name, cases in (("curves", {case: of_curve(make) for case, make in CURVES.items()}),
                        ("cycles", {case: of_curve(make) for case, make in CYCLES.items()}),
                        ("plateaus", {case: of_plateau(o) for case, o in PLATEAUS.items()})):
        (folder / f"{name}.hpp").write_text(text(name, cases), encoding="utf-8")


if __name__ == "__main__":
    main()
