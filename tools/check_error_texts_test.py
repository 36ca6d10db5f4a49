#!/usr/bin/env python3
"""check_error_texts.py against texts that say enough and some that don't."""

import tempfile
import unittest
from pathlib import Path

from check_error_texts import check


def house(code):
    folder = tempfile.TemporaryDirectory()
    root = Path(folder.name)
    (root / "lib/ops/shape").mkdir(parents=True)
    (root / "lib/ops/shape/flip.cpp").write_text(code, encoding="utf-8")
    with folder:
        return check(root)


class Texts(unittest.TestCase):
    def test_a_name_and_a_value_are_enough(self):
        code = 'check<ShapeError>(f(x, "left"), "flip: shape {}", x.shape());\nfail<Error>("{}: {}", name, x);'
        self.assertEqual(house(code), ([], "2 texts of errors, each with a name and a value"))

    def test_a_text_without_a_name_is_found(self):
        findings, _ = house('fail<Error>("wrong shape {}", x.shape());')
        self.assertEqual(len(findings), 1)
        self.assertIn("doesn't begin with a function's name", findings[0])

    def test_a_text_without_a_value_is_found_also_across_pieces(self):
        findings, _ = house('check<IndexError>(a[i, 0] < (1), "flip: out "\n    "of range", a);')
        self.assertEqual(findings, ['lib/ops/shape/flip.cpp: an error has no value: "flip: out of range"'])

    def test_words_may_be_the_value(self):
        self.assertEqual(house('fail<Error>("flip: a tensor of rank 0");')[0], [])


if __name__ == "__main__":
    unittest.main()
