#!/usr/bin/env python3
"""What Catch2 prints when CHECK_GRAD and REQUIRE_GRAD fail: the worst cell, and nothing skipped."""

import subprocess
import sys

EXPECTED = [
    "CHECK",
    "wrong_product, leaf({1, 7, 3}), leaf({4, 5, 6})",
    "gradcheck: 3 of 18 cells disagree",
    "d output[1] / d input 1[1] is 0, numerically 7",
    "d output[0] / d input 0[0] is 3, numerically 6",
    "REQUIRE",
]


def main():
    run = subprocess.run([sys.argv[1], "[.wrong]"], capture_output=True, text=True)
    printed = " ".join(run.stdout.split())
    missing = [text for text in EXPECTED if text not in printed]
    if run.returncode == 0:
        missing.append("a failing status")
    if "not reached" in printed:
        missing.append("an end of the test case after REQUIRE_GRAD")
    if missing:
        sys.exit(f"missing: {missing}\n{run.stdout}{run.stderr}")


if __name__ == "__main__":
    main()
