#!/usr/bin/env python3
"""Counts instructions of bench/overhead's cases and compares them with the recorded ones.

    counts.py PROGRAM [--update]

PROGRAM is bench/counts/counts of a build for every processor (-Dlevel=baseline). Fails when a case takes more than
3 % more than counts.json says; --update writes that file anew. Times differ from run to run and machine to machine,
these counts don't, as long as compiler and libraries are the same: with another compiler than the recorded one there
is nothing to compare, which is said (and fails in CI, CI=true).
"""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

RECORDED = Path(__file__).with_name("counts.json")
PERCENT = 3
# One thread, and OpenBLAS' loops for an old processor; where the C library has loops for several, valgrind shows it
# one processor on all machines with AVX2. Nothing else: the environment lies on the stack and shifts it.
ENVIRONMENT = {"TAPEGRAD_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Nehalem"}


def cases_of(program):
    """The compiler that made the program, and how many operations it counts for each case."""
    said = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    return said[0], {name: int(count) for name, count in (line.split() for line in said[1:])}


def instructions(program, case):
    """What callgrind collected within the function `counted`."""
    command = [shutil.which("valgrind"), "--tool=callgrind", "--toggle-collect=counted", "--callgrind-out-file=/dev/null",
               program, case]
    run = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    collected = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not collected or int(collected[1]) == 0:
        raise SystemExit(f"counts: valgrind could not count {case}:\n{run.stderr}")
    return int(collected[1])


def measure(program, cases):
    """Instructions for one operation of each case."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        totals = pool.map(lambda case: instructions(program, case), cases)
        return {case: round(total / cases[case]) for case, total in zip(cases, totals)}


def differences(recorded, measured):
    """(what fails, what is only worth a remark), a line for each."""
    failures = [f"{case} is not in counts.json" for case in measured if case not in recorded]
    failures += [f"{case} is in counts.json, but no case" for case in recorded if case not in measured]
    remarks = []
    for case, before in recorded.items():
        after = measured.get(case, before)
        line = f"{case}: {before} -> {after} instructions ({after / before - 1:+.1%})"
        if 100 * after > (100 + PERCENT) * before:
            failures.append(line)
        elif 100 * after < (100 - PERCENT) * before:
            remarks.append(line)
    return failures, remarks


def check(compiler, measured):
    """The status to end with."""
    failures, remarks = differences(json.loads(RECORDED.read_text(encoding="utf-8"))["instructions"], measured)
    for line in failures + remarks:
        print(f"counts: {line}")
    if failures:
        print("counts: mend it; or, if it must be, `./dev bench counts --update` and the reason in the commit")
        return 1
    if remarks:
        print("counts: less is fine; `./dev bench counts --update` keeps it so")
    print(f"counts: {len(measured)} cases as recorded, with {compiler}")
    return 0


def skip(why):
    """Says so; a check that CI can't make is a failure there."""
    print(f"counts: skipped: {why}")
    return 1 if os.environ.get("CI") == "true" else 0


def main(arguments):
    """Ends with 1 where a count has grown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--update", action="store_true", help="write counts.json anew")
    options = parser.parse_args(arguments)
    if not shutil.which("valgrind"):
        return skip("there is no valgrind")
    compiler, cases = cases_of(options.program)
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))["compiler"] if RECORDED.exists() else None
    if compiler != recorded and not options.update:
        return skip(f"the counts are of {recorded}, this is {compiler}")
    measured = measure(options.program, cases)
    if not options.update:
        return check(compiler, measured)
    text = json.dumps({"compiler": compiler, "instructions": measured}, indent=2)
    RECORDED.write_text(text + "\n", encoding="utf-8")
    for case, count in measured.items():
        print(f"{count:8} {case}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
