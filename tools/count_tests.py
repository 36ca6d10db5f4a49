#!/usr/bin/env python3
"""Counts Catch2 test cases in the logs of `meson test`: "tests: N passed, M failed" on one line.

A program that ended without Catch2's closing line (it crashed) counts as one failure; other
tests than Catch2's (suite "tools" or "samples") are not counted. That Catch2 programs ran and no
test case in them matched is an error.
"""

import json
import re
import sys

ALL_PASSED = re.compile(r"^All tests passed \(.* in (\d+) test cases?\)$", re.M)
SOME_FAILED = re.compile(r"^test cases:\s*\d+(.*)$", re.M)
NONE_RAN = re.compile(r"^No tests ran|^No test cases matched", re.M)


def count(run):
    """(passed, failed) of one entry of testlog.json."""
    passed, failed = count_cases(run.get("stdout") or "")
    if run["returncode"] != 0 and not failed:  # a leak found at exit, for one
        failed = 1
    return passed, failed


def count_cases(output):
    match = ALL_PASSED.search(output)
    if match:
        return int(match.group(1)), 0
    match = SOME_FAILED.search(output)
    if match:
        number = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed)\b(?! as)", match.group(1))}
        return number.get("passed", 0), number.get("failed", 0)
    return (0, 0) if NONE_RAN.search(output) else (0, 1)


def is_catch2(run):
    # "tapegrad:unit / core" by Meson 1.0, "unit - tapegrad:core" by 1.12
    return "unit" in re.split(r"[:+, ]", re.split(r" / | - ", run["name"])[0])


def main(logs):
    runs = []
    for log in logs:
        with open(log, encoding="utf-8") as lines:
            runs += [run for run in map(json.loads, lines) if is_catch2(run)]
    if not runs:
        return 0
    counts = [count(run) for run in runs]
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"tests: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
