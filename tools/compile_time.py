#!/usr/bin/env python3
"""What a test file with gradtest's Catch2 face takes to compile beyond Catch2's own time.

    compile_time.py [RUNS]

Seconds of processor time, the least of RUNS (9) alternating compilations with g++ and clang++, without
optimization. Other programs that run meanwhile make all of it longer: the ratio to Catch2's own time says
more then. 0.7 s on a quiet machine is the limit that the project has set itself.
"""

import argparse
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

INCLUDE = Path(__file__).resolve().parent.parent / "include"
COMMON = "#include <cmath>\n#include <span>\n#include <vector>\n"
CATCH = """#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif
"""
TEST = """TEST_CASE("a gradient") {
  const std::vector<double> x{-1.2, 1};
  CHECK(x[0] == -1.2);
%s}
"""
FUNCTIONS = """
double square(std::span<const double> x) { return x[0] * x[0] + x[1]; }
void gradient(std::span<const double> x, std::span<double> g) {
  g[0] = 2 * x[0];
  g[1] = 1;
}
"""
FACE = (COMMON + "#include <tapegrad/gradtest/catch.hpp>\n" + FUNCTIONS
        + TEST % "  CHECK_GRADIENT(square, gradient, x);\n")
FILES = {
    "Catch2": COMMON + CATCH + TEST % "",
    "gradtest": FACE,
    "gradtest, its engine elsewhere": "#define TAPEGRAD_GRADTEST_SEPARATE\n" + FACE,
}


def seconds(compiler, source):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([compiler, "-std=c++20", f"-I{INCLUDE}", "-c", source, "-o", source.with_suffix(".o")],
                   check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="?", type=int, default=9)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        for file, text in FILES.items():
            (Path(name) / f"{file}.cpp").write_text(text)
        for compiler in filter(shutil.which, ("g++", "clang++")):
            least = dict.fromkeys(FILES, float("inf"))
            for _ in range(runs):
                for file in FILES:
                    least[file] = min(least[file], seconds(compiler, Path(name) / f"{file}.cpp"))
            alone = least.pop("Catch2")
            print(f"{compiler}: Catch2 alone {alone:.2f} s")
            for file, least_seconds in least.items():
                print(f"  with {file} {least_seconds:.2f} s: {least_seconds - alone:+.2f} s, "
                      f"{least_seconds / alone:.2f} times")


if __name__ == "__main__":
    main()
