#!/usr/bin/env python3
"""What a library for each level of processors owes: `levels_test.py LIBRARY BITS LEVEL...`.

The loader takes the highest that the processor has; the bits of all results are the same; and no
instruction of a higher level stands in the library that every processor gets.
"""

import pathlib
import re
import subprocess
import sys
import unittest

import on_level

LIBRARY, BITS, *LEVELS = sys.argv[1:]


def output_at(mask):
    """What the program prints: the library's path, and a list of lines. Levels of mask alone."""
    command = [on_level.loader(), "--glibc-hwcaps-mask", mask, BITS]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return lines[0], lines[1:]


class Levels(unittest.TestCase):
    """LEVELS are those that the build has a library for."""

    def test_the_loader_takes_the_highest(self):
        """Of what the processor has and the build made."""
        here = [level for level in on_level.levels_here() if level in LEVELS]
        lines = subprocess.run([BITS], capture_output=True, text=True, check=True).stdout
        expected = f"glibc-hwcaps/{max(here)}/" if here else ""
        self.assertIn(expected, lines.splitlines()[0])

    def test_all_levels_give_the_same_bits(self):
        """Against the library without a level."""
        path, expected = output_at("none")
        self.assertNotIn("glibc-hwcaps", path)
        self.assertGreater(len(expected), 100)
        for level in LEVELS:
            if level not in on_level.levels_here():
                continue
            with self.subTest(level=level):
                path, lines = output_at(level)
                self.assertIn(f"glibc-hwcaps/{level}/", path)
                self.assertEqual(lines, expected)

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
