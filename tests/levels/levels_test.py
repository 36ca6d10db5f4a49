#!/usr/bin/env python3
"""What libraries for levels of processors owe: `levels_test.py LIBRARY BITS LEVEL...`.

The loader takes the highest that the processor has; the bits of all results but those of products
of matrices, which are OpenBLAS's in the library without a level, are the same, for any number of
threads too; and no instruction of a higher level stands in the library that every
processor gets.
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

import on_level

LIBRARY, BITS, *LEVELS = sys.argv[1:]


def output_at(mask, threads="1"):
    """What the program prints: the library's path, the number of threads, and a list of lines.

    Levels of mask alone.
    """
    command = [on_level.loader(), "--glibc-hwcaps-mask", mask, BITS]
    lines = subprocess.run(command, capture_output=True, text=True, check=True,
                           env={**os.environ, "TAPEGRAD_NUM_THREADS": threads}).stdout.splitlines()
    return lines[0], lines[1], lines[2:]


def apart(lines):
    """The lines of products of matrices with those of their gradients, and all others."""
    products = [k for k, line in enumerate(lines) if line.startswith("matmul ")]
    of_products = {k + more for k in products for more in (0, 1)}
    return ([lines[k] for k in sorted(of_products)],
            [line for k, line in enumerate(lines) if k not in of_products])


class Levels(unittest.TestCase):
    """LEVELS are those that the build has a library for."""

    def test_the_loader_takes_the_highest(self):
        """Of what the processor has and the build made."""
        here = [level for level in on_level.levels_here() if level in LEVELS]
        lines = subprocess.run([BITS], capture_output=True, text=True, check=True).stdout
        expected = f"glibc-hwcaps/{max(here)}/" if here else ""
        self.assertIn(expected, lines.splitlines()[0])

    def test_all_levels_give_the_same_bits(self):
        """Against the library without a level; products against one another."""
        path, _, lines = output_at("none")
        self.assertNotIn("glibc-hwcaps", path)
        products, expected = apart(lines)
        self.assertGreater(len(expected), 100)
        self.assertEqual(len(products), 4)  # float32 and float64
        products = None
        for level in LEVELS:
            if level not in on_level.levels_here():
                continue
            with self.subTest(level=level):
                path, _, lines = output_at(level)
                self.assertIn(f"glibc-hwcaps/{level}/", path)
                found, others = apart(lines)
                self.assertEqual(others, expected)
                products = products or found
                self.assertEqual(found, products)

    def test_threads_change_no_bit(self):
        """Their number comes from the environment, where that is one."""
        self.assertEqual(output_at("none")[1], "1 threads")
        for level in ["none"] + [level for level in LEVELS if level in on_level.levels_here()]:
            _, _, expected = output_at(level)
            for count in ["2", "3", "7"]:
                with self.subTest(level=level, threads=count):
                    _, threads, lines = output_at(level, count)
                    self.assertEqual(threads, f"{count} threads")
                    # OpenBLAS cuts its products as it likes.
                    pick = (lambda all_lines: apart(all_lines)[1]) if level == "none" else list
                    self.assertEqual(pick(lines), pick(expected))
        for nonsense in ["", "0", "-1", "many", "2x", "1025"]:
            with self.subTest(threads=nonsense):
                _, threads, _ = output_at("none", nonsense)
                self.assertEqual(threads, f"{len(os.sched_getaffinity(0))} threads")

    def test_the_library_for_all_has_no_wide_registers(self):
        """ymm begins with x86-64-v3, zmm and k1 to k7 with x86-64-v4."""
        self.assertEqual(registers(LIBRARY) & {"ymm", "zmm"}, set())
        for level in LEVELS:
            folder = pathlib.Path(LIBRARY).parent / "glibc-hwcaps" / level
            with self.subTest(level=level):
                expected = {"ymm", "zmm"} if level == "x86-64-v4" else {"ymm"}
                self.assertEqual(registers(folder / "libtapegrad.so") & {"ymm", "zmm"}, expected)


def registers(library):
    """The kinds of vector registers that a library's instructions name."""
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", library], capture_output=True,
                          text=True, check=True).stdout
    return set(re.findall(r"%(xmm|ymm|zmm)\d", code))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
