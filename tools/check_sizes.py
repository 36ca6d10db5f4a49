#!/usr/bin/env python3
"""Fails if a variant of the shared library is larger than it may be, in bytes, without its symbols.

usage: check_sizes.py FOLDER    (the folder that libtapegrad.so lies in)
"""
import pathlib
import subprocess
import sys
import tempfile

LIMIT = 6_000_000


def stripped_size(library):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["strip", "-o", f"{folder}/stripped", str(library)], check=True)
        return pathlib.Path(f"{folder}/stripped").stat().st_size


def variants(folder):
    """The library itself, and those that glibc's loader takes in its place."""
    found = [folder / "libtapegrad.so", *sorted(folder.glob("glibc-hwcaps/*/libtapegrad.so"))]
    return [library for library in found if library.exists()]


def main(folder):
    libraries = variants(pathlib.Path(folder))
    if not libraries:
        sys.exit(f"check_sizes: no libtapegrad.so in {folder}")
    too_large = False
    for library in libraries:
        size = stripped_size(library)
        too_large = too_large or size > LIMIT
        print(f"{size / 1e6:.2f} MB of {LIMIT / 1e6:.0f}  {library.relative_to(folder)}")
    return too_large


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
