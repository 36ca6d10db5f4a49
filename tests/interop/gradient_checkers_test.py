"""gradtest's suites through PyTorch's and SciPy's checkers: as the documents tell it."""

import unittest
from pathlib import Path

from gradient_checkers import library, table, verdicts
from programs import program

PAGE = Path(__file__).resolve().parents[2] / "docs/testing_derivatives.md"


class GradientCheckers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite = library(program("gradient_suite.so"))
        cls.mistakes = verdicts(suite, 0)
        cls.right = verdicts(suite, 1)

    def test_mistakes_are_caught(self):
        caught = sum(by["gradtest"] == "wrong" for _, by in self.mistakes)
        self.assertGreaterEqual(len(self.mistakes), 60)
        self.assertGreaterEqual(caught, 0.95 * len(self.mistakes))

    def test_no_right_derivative_is_called_wrong(self):
        found = [by["gradtest"] for _, by in self.right]
        self.assertGreaterEqual(len(found), 60)
        self.assertNotIn("wrong", found)
        self.assertLessEqual(found.count("inconclusive"), 0.1 * len(found))

    def test_the_documents_have_these_tables(self):
        page = PAGE.read_text(encoding="utf-8")
        self.assertIn(table("wrong derivatives", self.mistakes), page)
        self.assertIn(table("right derivatives", self.right), page)


if __name__ == "__main__":
    unittest.main()
