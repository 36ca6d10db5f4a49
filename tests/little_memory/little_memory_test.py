#!/usr/bin/env python3
"""Runs the program of little memory under one limit after the other.

Whatever the limit, a program with too little memory says so and goes on, or its products are right:
it neither waits for ever nor is it ended by a library.
"""

import argparse
import os
import subprocess
import sys

# Scenario, limits in MB, threads of OpenBLAS, what it may say. 60 to 180 MB is where OpenBLAS alone
# never comes back with one thread, 190 to 330 MB with two.
SCENARIOS = [
    ("multiply", range(80, 401, 10), 1, ["right", "out of memory"]),
    ("multiply", range(200, 401, 10), 2, ["right", "out of memory"]),
    ("multiply", range(100, 401, 100), 1, ["right"]),
    ("multiply_in_threads", range(150, 1001, 50), 1, ["right"]),
    ("multiply_in_threads", range(250, 1001, 50), 2, ["right"]),
    ("multiply_when_full", range(600, 1001, 50), 2, ["right"]),
    ("reuse_the_cache", [1600], 2, ["right"]),
    ("reuse_small_blocks", [400], 2, ["right"]),
    ("train_after_the_error", [950], 2, ["right"]),
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
