"""A face of gradtest in its test framework: what is right passes, what is wrong fails with its report.

usage: faces_test.py PROGRAM FAILURES
"""

import re
import subprocess
import sys


def main():
    result = subprocess.run([sys.argv[1]], capture_output=True, text=True, timeout=60)
    printed = result.stdout + result.stderr
    wanted = ["wrong: 2 of 2 cells wrong", "perhaps: the opposite sign", "numerically 12"]
    missing = [text for text in wanted if text not in printed]
    if result.returncode == 0:
        missing.append("a status that says so")
    if len(re.findall("2 cells wrong", printed)) != int(sys.argv[2]):
        missing.append(f"failures: {sys.argv[2]}, no more")
    if "derivative_of" in printed or "gradtest::detail" in printed:
        missing.append("names that a user wrote, and no others")
    if "not reached" in re.sub("FAIL.*", "", printed):
        missing.append("an end of the test where it must not go on")
    if missing:
        print(f"{printed}\nmissing: {missing}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
