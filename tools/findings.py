"""How a check of the sources ends: with what it found, a line for each, or with what it went through."""

import argparse
import sys
from pathlib import Path


def report(description, check):
    """check(root) gives the findings and what to say when there are none; --help shows `description`."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("root", nargs="?", default=Path(__file__).resolve().parent.parent, type=Path)
    findings, praise = check(parser.parse_args().root.resolve())
    print("\n".join(findings) or praise)
    sys.exit(1 if findings else 0)
