#!/usr/bin/env python3
"""One file of gradtest's headers: each header once, nothing of ours left to include, and it works."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from single_header import FACES, OWN, single_header

ROOT = Path(__file__).resolve().parent.parent
HEADERS = ROOT / "include"


class SingleHeader(unittest.TestCase):
    def test_nothing_of_ours_is_left_to_include(self):
        for face in (None, *FACES):
            text = single_header(HEADERS, face)
            self.assertIsNone(OWN.search(text))
            self.assertEqual(text.count("#pragma once"), 1)

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


if __name__ == "__main__":
    unittest.main()
