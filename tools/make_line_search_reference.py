#!/usr/bin/env python3
"""Write where PyTorch's strong Wolfe line search looks, for tests/optim/line_search_test.cpp.

    python3 tools/make_line_search_reference.py [FILE]

The search is told a random value and slope wherever it looks, so that it comes to places that few
functions lead to. Of many such lists those stay that go through a statement of torch's, from another
one, that none before them did, and two for each of CHANGES that look elsewhere where torch's statement
is changed so.
"""

import argparse
import inspect
import pathlib
import random
import sys

import torch
from torch.optim import lbfgs

FILE = pathlib.Path(__file__).parent.parent / "tests/optim/reference/line_searches.hpp"
TRIES = 30000
MOST = 12
# Conditions that share a statement with others. For t >= max(bracket) no list was found.
CHANGES = (("ls_iter > 1 and", "ls_iter > 0 and"), ("f_new >= f_prev", "False"),
           ("insuf_progress or t >= max", "t >= max"), ("or t <= min(bracket)", ""),
           ("elif gtd_new * (bracket[high_pos] - bracket[low_pos]) >= 0:", "elif False:"))


def changed(old, new):
    source = inspect.getsource(lbfgs._strong_wolfe)
    assert old in source
    names = dict(vars(lbfgs))
    exec(source.replace(old, new), names)
    return names["_strong_wolfe"]


def search(rule, answers, first, most):
    """Where it looks, and where it ends. The first answer is that at 0."""
    looked = []

    def objective(x, t, d):
        looked.append(float(t))
        value, slope = answers[len(looked)]
        return value, torch.tensor([slope])

    value, slope = answers[0]
    gradient = torch.tensor([slope])
    end = rule(objective, None, first, torch.ones(1), value, gradient, gradient[0], max_ls=most)[2]
    return looked, float(end)


def traced(*arguments):
    """search(), and which statements followed which."""
    edges, last = set(), [0]

    def trace(frame, event, _):
        if frame.f_code.co_name not in ("_strong_wolfe", "_cubic_interpolate"):
            return None
        if event == "line":
            edges.add((last[0], frame.f_lineno))
            last[0] = frame.f_lineno
        return trace

    sys.settrace(trace)
    try:
        return *search(lbfgs._strong_wolfe, *arguments), edges
    finally:
        sys.settrace(None)


def cases():
    choice = random.Random(1)
    seen = set()
    wanted = [[changed(*change), 2] for change in CHANGES]
    for _ in range(TRIES):
        steepest = choice.choice((0.7, 2))
        answers = [(round(choice.uniform(-1, 0.2), 3), round(choice.uniform(-2, steepest), 3))
                   for _ in range(MOST + 2)]
        answers[0] = (0.0, -1.0)
        if choice.random() < 0.5:  # steep for long
            answers[1:4] = [(v, g - 1) for v, g in answers[1:4]]
        first = choice.choice((0.01, 0.3, 1.0, 4.0))
        most = choice.choice((2, 5, MOST))
        looked, end, edges = traced(answers, first, most)
        kept = not edges <= seen
        for want in wanted:
            if want[1] and search(want[0], answers, first, most) != (looked, end):
                want[1] -= 1
                kept = True
        seen |= edges
        if kept:
            yield answers[1:len(looked) + 1], first, most, looked, end
    assert not [change for change, want in zip(CHANGES, wanted) if want[1]]


def text():
    version = torch.__version__.split("+")[0]
    lines = [
        f"// Made by tools/make_line_search_reference.py with PyTorch {version}.",
        "#pragma once",
        "",
        "#include <array>",
        "#include <vector>",
        "",
        "namespace tapegrad::test {",
        "",
        "struct LineSearchCase {",
        "  std::vector<std::array<double, 2>> answers;  // value and slope",
        "  double first;",
        "  int most;",
        "  std::vector<double> looked;",
        "  double end;",
        "};",
        "",
        "// clang-format off",
        "inline const std::vector<LineSearchCase> line_searches = {",
    ]
    for answers, first, most, looked, end in cases():
        lines.append("    {{" + ", ".join(f"{{{{{v!r}, {g!r}}}}}" for v, g in answers[:3]) + ",")
        lines += ["      " + ", ".join(f"{{{{{v!r}, {g!r}}}}}" for v, g in answers[i:i + 4]) + ","
                  for i in range(3, len(answers), 4)]
        lines.append(f"     }}, {first!r}, {most}, {{")
        lines += [f"      {', '.join(map(repr, looked[i:i + 4]))}," for i in range(0, len(looked), 4)]
        lines.append(f"     }}, {end!r}}},")
    return "\n".join([*lines, "};", "// clang-format on", "", "}  // namespace tapegrad::test", ""])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("file", nargs="?", type=pathlib.Path, default=FILE)
    torch.set_default_dtype(torch.float64)
    arguments.parse_args().file.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
