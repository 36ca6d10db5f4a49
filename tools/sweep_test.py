#!/usr/bin/env python3
"""What sweep.py makes of an account, against one that was written by hand."""

import unittest

from sweep import accounts, missing, summary

LINES = ["exp\t1\t10\t\n", "exp\t2\t20\t\n", "exp\t3\t30\t\n", "abs\t1\t4\t\n",
         "abs\t2\t8\tis 0 but at the kink\n", "exp\t1\t5\t\n", "exp\t2\t5\t\n", "exp\t3\t5\t\n",
         "floor\t0\t0\thas no derivative\n"]


class Sweep(unittest.TestCase):
    def test_rows_and_comparisons_are_counted(self):
        self.assertEqual(summary(accounts(LINES)), [
            "derivatives: 2 operations, 3 rows, 87 comparisons",
            "  order 1: 3 rows, 19 comparisons",
            "  order 2: 3 rows, 33 comparisons",
            "  order 3: 2 rows, 35 comparisons",
            "  no derivative: floor",
            "  no third order: is 0 but at the kink: abs"])

    def test_an_operation_that_no_row_went_through_is_named(self):
        self.assertEqual(missing(accounts(LINES), {"exp": 0, "abs": 0, "floor": 0, "sin": 0}), ["sin"])


if __name__ == "__main__":
    unittest.main()
