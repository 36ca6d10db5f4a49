#!/usr/bin/env python3
"""One file of gradtest's headers: each header once, nothing of ours left to include, and it works."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from single_header import FILES, OWN, single_header

ROOT = Path(__file__).resolve().parent.parent
HEADERS = ROOT / "include"


class SingleHeader(unittest.TestCase):
    def test_nothing_of_ours_is_left_to_include(self):
        for face in (None, *FILES):
            text = single_header(HEADERS, face)
            self.assertIsNone(OWN.search(text))
            self.assertNotIn("#pragma once", text)

    def test_each_header_stands_in_it_once(self):
        text = single_header(HEADERS, "catch")
        for name in ("class Ladder", "struct Slope", "class Report", "class Check"):
            self.assertEqual(len(re.findall(rf"^{name}\b", text, re.MULTILINE)), 1, name)
        self.assertIn("#define CHECK_GRADIENT", text)

    def test_the_consumer_builds_with_the_file_alone(self):
        compiler = shutil.which("g++") or shutil.which("c++")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "tapegrad").mkdir()
            (folder / "tapegrad/gradtest.hpp").write_text(single_header(HEADERS))
            program = folder / "consumer"
            subprocess.run([compiler, "-std=c++20", "-O0", "-Wall", "-Wextra", "-Werror", f"-I{folder}",
                            ROOT / "tests/consumer/gradtest.cpp", "-o", program], check=True)
            self.assertEqual(subprocess.run([program], stdout=subprocess.DEVNULL).returncode, 0)

    def test_the_engine_is_defined_where_it_is_asked_for_late(self):
        """As after a precompiled header and in a unity build, and with two of the files in one source."""
        compiler = shutil.which("g++") or shutil.which("c++")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "gradtest.hpp").write_text(single_header(HEADERS))
            (folder / "complex_step.hpp").write_text(single_header(HEADERS, "complex_step"))
            for single in ("gradtest.hpp", "tapegrad/gradtest.hpp"):
                last = "gradtest.hpp" if single == "gradtest.hpp" else "tapegrad/gradtest/definitions.hpp"
                (folder / "unity.cpp").write_text(f"""#include "{single}"
#include "complex_step.hpp"
int main() {{
  const auto f = [](double x) {{ return x * x; }};
  return !tapegrad::gradtest::check(f, [](double x) {{ return 2 * x; }}, 3.0);
}}
#define TAPEGRAD_GRADTEST_DEFINE
#include "{last}"
#include "{single}"
""")
                program = folder / "unity"
                subprocess.run([compiler, "-std=c++20", "-O0", "-Wall", "-Wextra", "-Werror", "-DTAPEGRAD_GRADTEST_SEPARATE",
                                f"-I{HEADERS}", f"-I{folder}", folder / "unity.cpp", "-o", program], check=True)
                self.assertEqual(subprocess.run([program]).returncode, 0)


if __name__ == "__main__":
    unittest.main()
