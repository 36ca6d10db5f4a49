#!/usr/bin/env python3
"""Runs a program that is compiled for a level of processors: `on_level.py LEVEL PROGRAM...`.

Skipped, with status 77, where this processor hasn't that level.
"""

import os
import re
import subprocess
import sys


def loader():
    """The path of the C library's loader."""
    return "/lib64/ld-linux-x86-64.so.2"


def levels_here():
    """The levels that this processor has, by what the loader says."""
    said = subprocess.run([loader(), "--help"], capture_output=True, text=True, check=False).stdout
    return re.findall(r"^ +(x86-64-v\d) \(supported", said, re.MULTILINE)


def main():
    """Ends with the status of the program."""
    level, program = sys.argv[1], sys.argv[2:]
    if level not in levels_here():
        print(f"this processor hasn't {level}")
        return 77
    os.execv(program[0], program)


if __name__ == "__main__":
    sys.exit(main())
