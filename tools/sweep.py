#!/usr/bin/env python3
"""Checks the derivatives of all operations, and says how many were compared.

    sweep.py PROGRAM

PROGRAM is tests/ops_test, whose test cases of the operation table account for themselves in a sweep
(tests/support/sweep.hpp): each row is checked at the orders 1 and 2, and at 3 unless the row says why not. Fails when a
check does, and when an operation of the sources has a derivative that no row went through.
"""

import collections
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from check_op_table import EXEMPT, operations_of

ROOT = Path(__file__).resolve().parent.parent


def accounts(lines):
    """[(operation, order, comparisons, why)] of the lines that a sweep wrote"""
    fields = (line.rstrip("\n").split("\t") for line in lines)
    return [(name, int(order), int(comparisons), why) for name, order, comparisons, why in fields]


def summary(swept):
    """The lines that say what was compared, and why some was not."""
    orders = sorted({order for _, order, _, _ in swept if order > 0})
    counts = [(order, [c for _, o, c, _ in swept if o == order]) for order in orders]
    names = {name for name, order, _, _ in swept if order > 0}
    rows = sum(order == 1 for _, order, _, _ in swept)
    comparisons = sum(sum(cells) for _, cells in counts)
    lines = [f"derivatives: {len(names)} operations, {rows} rows, {comparisons} comparisons"]
    lines += [f"  order {order}: {len(cells)} rows, {sum(cells)} comparisons" for order, cells in counts]
    reasons = collections.defaultdict(set)
    for name, order, _, why in swept:
        if why:
            reasons[("no derivative" if order == 0 else "no third order", why)].add(name)
    lines += [f"  {what}: {why}: {', '.join(sorted(names))}" if what == "no third order"
              else f"  {what}: {', '.join(sorted(names))}" for (what, why), names in sorted(reasons.items())]
    return lines


def missing(swept, operations):
    """Operations that no row accounts for."""
    return sorted(set(operations) - {name for name, *_ in swept} - set(EXEMPT))


def main():
    program = sys.argv[1]
    with tempfile.NamedTemporaryFile("r", suffix=".tsv") as file:
        environment = {**os.environ, "TAPEGRAD_SWEEP": file.name}
        run = subprocess.run([program, "[table]"], env=environment, capture_output=True, text=True, check=False)
        swept = accounts(file)
    print("\n".join(summary(swept)))
    left_out = missing(swept, operations_of(ROOT))
    for name in left_out:
        print(f"no row went through {name}")
    if run.returncode != 0:
        print(run.stdout)
    sys.exit(1 if run.returncode != 0 or left_out else 0)


if __name__ == "__main__":
    main()
