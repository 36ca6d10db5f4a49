"""No compiler warns of the headers, and they need no run-time type information.

usage: warnings_test.py INCLUDE...

Compiles all public headers, but for the bridges to other libraries, as a user's own code: with each of g++ and clang++
that is there, with and without -fno-rtti.
"""

import shutil
import subprocess
import sys

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wold-style-cast", "-Werror"]
HEADERS = ["tapegrad", "onnx", "program", "session", "sparse_grad", "threads"]
SOURCE = "".join(f'#include "tapegrad/{name}.hpp"\n' for name in HEADERS)


def main(*includes):
    compilers = [compiler for compiler in ("g++", "clang++") if shutil.which(compiler)]
    if not compilers:
        sys.exit("warnings_test.py: neither g++ nor clang++ is there")
    for compiler in compilers:
        for more in ([], ["-fno-rtti"]):
            command = [compiler, "-std=c++20", "-fsyntax-only", *STRICT, *more, *(f"-I{i}" for i in includes), "-xc++", "-"]
            subprocess.run(command, input=SOURCE, text=True, check=True)
    print(f"warnings: {', '.join(compilers)} have nothing to say")


main(*sys.argv[1:])
