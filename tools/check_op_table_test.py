#!/usr/bin/env python3
"""check_op_table.py finds an operation without a row, and exemptions that are out of date."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import check_op_table

OPERATIONS = """
struct Matmul {
  static constexpr std::string_view name = "matmul";
};
struct Relu {
  static constexpr std::string_view name = "relu";
};
"""


class CheckOpTable(unittest.TestCase):
    def findings(self, table):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"lib/ops/linalg.cpp": OPERATIONS, "tests/support/table.cpp": table}.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check_op_table.check(Path(folder))[0]

    def test_a_row_for_each_operation_is_enough(self):
        self.assertEqual(self.findings('OpRow{"matmul", f}, row("relu", g)'), [])

    def test_an_operation_without_a_row_is_named_with_its_place(self):
        found = self.findings('OpRow{"matmul", f}')
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith('lib/ops/linalg.cpp:6: "relu"'), found)

    def test_a_row_in_a_comment_does_not_count(self):
        self.assertEqual(len(self.findings('OpRow{"matmul", f}  // OpRow{"relu", g}')), 1)

    def test_a_mention_that_is_not_a_row_does_not_count(self):
        self.assertEqual(len(self.findings('OpRow{"matmul", f} TEST_CASE("relu")')), 1)

    def test_an_exempt_operation_needs_no_row(self):
        with mock.patch.dict(check_op_table.EXEMPT, {"relu": "a reason"}):
            self.assertEqual(self.findings('OpRow{"matmul", f}'), [])

    def test_an_exemption_that_is_not_needed_is_a_finding(self):
        with mock.patch.dict(check_op_table.EXEMPT, {"relu": "a reason", "gone": "a reason"}):
            found = self.findings('OpRow{"matmul", f} OpRow{"relu", g}')
        self.assertEqual(len(found), 2, found)


if __name__ == "__main__":
    unittest.main()
