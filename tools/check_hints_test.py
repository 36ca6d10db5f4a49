#!/usr/bin/env python3
"""check_hints.py against a house with one message that is right and some that aren't."""

import tempfile
import unittest
from pathlib import Path

from check_hints import check


def house(message, header="Tensor flip(const Tensor& x);\nstruct Options { bool keep = false; };\n"):
    folder = tempfile.TemporaryDirectory()
    root = Path(folder.name)
    for path, text in (("include/tapegrad/flip.hpp", header), ("lib/flip.cpp", f"fail<Error>({message});\n")):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    with folder:
        return check(root)


class Hints(unittest.TestCase):
    def test_names_that_exist_are_counted(self):
        self.assertEqual(house('"no: use flip() or pass keep = true"'), ([], "2 names in messages, each in a public header"))

    def test_a_name_that_doesn_t_exist_is_found_also_across_pieces(self):
        findings, _ = house('"no: use mir"\n    "ror()"')
        self.assertEqual(len(findings), 1)
        self.assertIn("mirror()", findings[0])

    def test_an_option_that_doesn_t_exist_is_found(self):
        self.assertIn("hold = ...", house('"pass hold = true"')[0][0])

    def test_names_in_comments_and_of_in_place_forms(self):
        self.assertEqual(house('"use flip_()"); // "use mirror()"')[0], [])
        self.assertEqual(len(house('"use flip()"', "// Tensor flip(const Tensor& x);\n")[0]), 1)


if __name__ == "__main__":
    unittest.main()
