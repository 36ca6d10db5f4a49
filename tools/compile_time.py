#!/usr/bin/env python3
"""What sources of this library's users take to compile, beyond what they include of others.

    compile_time.py [--runs N] [--build BUILD] [--check]

A test file with gradtest's Catch2 face beside Catch2's own time, and, with BUILD's generated headers, a training loop
beside the standard library's headers. Seconds of processor time, the least of N (9) alternating compilations with
g++ and clang++, without optimization. Other programs that run meanwhile make all of it longer: the ratio says more
then. Limits that the project has set itself: on a quiet machine 0.7 s beyond Catch2, and 1.2 s for a training loop. --check
fails where a training loop takes more than LIMIT times the standard headers.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

INCLUDE = Path(__file__).resolve().parent.parent / "include"
LIMIT = {"its headers": 1.9, "tapegrad.hpp": 3.0}
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
STANDARD = "".join(f"#include <{name}>\n" for name in (
    "atomic", "functional", "initializer_list", "map", "memory", "optional", "span", "string", "string_view", "utility",
    "variant", "vector"))
LOOP = """
namespace tg = tapegrad;

int main() {
  const tg::Tensor x = tg::randn({100, 3});
  const tg::Tensor y = x.matmul(tg::tensor({{1.0}, {-2.0}, {0.5}})) + 0.1;
  tg::nn::Linear layer(3, 1);
  tg::optim::SGD sgd(layer.parameters(), {.lr = 0.1});
  for (int step = 0; step < 100; ++step) {
    const tg::Tensor loss = tg::nn::mse_loss(layer(x), y);
    sgd.zero_grad();
    loss.backward();
    sgd.step();
  }
}
"""
ITS_HEADERS = "".join(f"#include <tapegrad/{name}.hpp>\n" for name in (
    "nn/linear", "ops/create", "ops/loss", "ops/pointwise", "optim/sgd", "random"))
# (what is compiled beside it, its source): {what is compiled with ours: source}
GROUPS = {
    ("Catch2", COMMON + CATCH + TEST % ""): {
        "gradtest": FACE,
        "gradtest, its engine elsewhere": "#define TAPEGRAD_GRADTEST_SEPARATE\n" + FACE,
    },
    ("the standard headers", STANDARD + "int main() {}\n"): {
        "its headers": ITS_HEADERS + LOOP,
        "tapegrad.hpp": "#include <tapegrad/tapegrad.hpp>\n" + LOOP,
    },
}


def seconds(compiler, text, folders):
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "source.cpp")
        source.write_text(text, encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([compiler, "-std=c++20", *(f"-I{folder}" for folder in folders), "-c", source,
                        "-o", source.with_suffix(".o")], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(compiler, others, ours, folders, runs):
    """Prints a group's times; gives {what: its ratio}."""
    name, text = others
    texts = {name: text, **ours}
    least = dict.fromkeys(texts, float("inf"))
    for _ in range(runs):
        for what, source in texts.items():
            least[what] = min(least[what], seconds(compiler, source, folders))
    alone = least.pop(name)
    print(f"{compiler}: {name} alone {alone:.2f} s")
    for what, time in least.items():
        print(f"  with {what} {time:.2f} s: {time - alone:+.2f} s, {time / alone:.2f} times")
    return {what: time / alone for what, time in least.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--build", type=Path, help="a build folder, whose generated headers a training loop needs")
    parser.add_argument("--check", action="store_true", help="of a training loop alone, against the limits")
    arguments = parser.parse_args()
    folders = [INCLUDE, *([arguments.build / "include"] if arguments.build else [])]
    catch, loop = GROUPS.items()
    groups = ([] if arguments.check else [catch]) + ([loop] if arguments.build else [])
    ratios = {}
    for compiler in filter(shutil.which, ("g++", "clang++")):
        for others, ours in groups:
            ratios.update({(compiler, what): ratio
                           for what, ratio in measure(compiler, others, ours, folders, arguments.runs).items()})
    slow = [f"{compiler}: a training loop with {what} takes {ratio:.2f} times the standard headers; the limit is {LIMIT[what]}"
            for (compiler, what), ratio in ratios.items() if arguments.check and ratio > LIMIT[what]]
    sys.exit("\n".join(slow) or 0)


if __name__ == "__main__":
    main()
