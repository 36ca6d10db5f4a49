#!/usr/bin/env python3
"""Runs the program of little memory under one limit after the other.

Whatever the limit, a program with too little memory says so and goes on, or its products are right:
it neither waits for ever nor is it ended by a library.
"""

import argparse
import os
import subprocess
import sys

# Scenario, limits in MB beyond what is mapped at the start, threads of OpenBLAS, what it may say. A
# buffer of OpenBLAS has 134 MB, and 537 must be free besides before it is asked for one.
SCENARIOS = [
    ("multiply", range(0, 400, 10), 1, ["right", "out of memory"]),
    ("multiply", range(0, 400, 10), 2, ["right", "out of memory"]),
    ("multiply", range(100, 901, 100), 1, ["right"]),
    ("multiply_in_threads", range(50, 951, 50), 1, ["right"]),
    ("multiply_in_threads", range(50, 951, 50), 2, ["right"]),
    ("multiply_when_full", range(400, 901, 50), 2, ["right"]),
    ("reuse_the_cache", [1200], 2, ["right"]),
    ("reuse_small_blocks", [150], 2, ["right"]),
    ("train_after_the_error", range(740, 761, 10), 1, ["right"]),
    ("train_after_the_error", range(740, 761, 10), 2, ["right"]),
]


def outcome(program, scenario, megabytes, threads):
    """What the program said, or how it ended instead."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}
    try:
        run = subprocess.run([program, scenario, str(megabytes)], capture_output=True, text=True,
                             timeout=60, check=False, env=environment)
    except subprocess.TimeoutExpired:
        return "no end after 60 s"
    if run.returncode != 0:
        return f"status {run.returncode}: {run.stdout}{run.stderr}"
    return run.stdout.strip()


def main():
    """The status says whether each scenario did what it may under each of its limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    program = parser.parse_args().program
    wrong = 0
    for scenario, limits, threads, accepted in SCENARIOS:
        for megabytes in limits:
            said = outcome(program, scenario, megabytes, threads)
            if not any(text in said for text in accepted):
                print(f"{scenario} with {megabytes} MB, {threads} threads: {said}")
                wrong += 1
    print(f"{wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
