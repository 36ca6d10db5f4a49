#!/usr/bin/env python3
"""What Catch2 prints when CHECK_GRAD and REQUIRE_GRAD fail: the worst cells, and nothing skipped."""

import subprocess
import sys

EXPECTED = [
    "CHECK",
    "wrong_product, leaf({1, 7, 3}), leaf({4, 5, 6})",
    "wrong: 3 of 18 cells wrong",
    "perhaps: no gradient reaches x1: was it detached?",
    "d f[1] / d x1[1] = 0, numerically ",
    "d f[0] / d x[0] = 3, numerically ",
    "REQUIRE",
]


def main():
    run = subprocess.run([sys.argv[1], "[.wrong]"], capture_output=True, text=True)
    printed = " ".join(run.stdout.split())
    missing = [text for text in EXPECTED if text not in printed]
    if run.returncode == 0:
        missing.append("a failing status")
    if "derivative_of" in printed:
        missing.append("names that a user knows")
    if "not reached" in printed:
        missing.append("an end of the test case after REQUIRE_GRAD")
    if missing:
        sys.exit(f"missing: {missing}\n{run.stdout}{run.stderr}")


if __name__ == "__main__":
    main()
