#!/usr/bin/env python3
"""check_op_table.py finds an operation without a row, and exemptions that are out of date."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import check_op_table

SHARED = """
template <class Op>
struct Unary {
  Grads vjp(const Saved& s, const Tensor& g) const { return {g * derived<Op>().df(s[0])}; }
};
"""
OPERATIONS = """
struct Matmul {
  static constexpr std::string_view name = "matmul";
  Grads vjp(const Saved& s, const Tensor& g) const { if (true) { return {}; } }
};
struct Relu : Unary<Relu> {
  static constexpr std::string_view name = "relu";
};
"""
CHOSEN = """
template <bool largest>
struct Extreme {
  static constexpr std::string_view name = largest ? "max" : "min";
  Grads vjp(const Saved& s, const Tensor& g) const;
};
"""
INCLUDE = '#include "support/op_table.hpp"\n'


class CheckOpTable(unittest.TestCase):
    def setUp(self):
        patch = mock.patch.dict(check_op_table.EXEMPT, clear=True)
        patch.start()
        self.addCleanup(patch.stop)

    def findings(self, table, operations=OPERATIONS):
        files = {"lib/ops/shared.hpp": SHARED, "lib/ops/linalg.cpp": operations,
                 "tests/ops/linalg_test.cpp": table}
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check_op_table.check(Path(folder))[0]

    def test_each_form_of_a_row_is_one(self):
        for row in ('OpRow{"relu", f}', 'row("relu", relu)', '{.name = "relu", .f = relu}',
                    'unary_row(\n    "relu", relu)'):
            self.assertEqual(self.findings(INCLUDE + 'row("matmul", f), ' + row), [], row)

    def test_an_operation_without_a_row_is_named_with_its_place(self):
        found = self.findings(INCLUDE + 'row("relu", f)')
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith('lib/ops/linalg.cpp:3: "matmul"'), found)

    def test_an_operation_without_a_derivative_needs_a_row_too(self):
        equal = 'struct Equal {\n  static constexpr std::string_view name = "eq";\n};\n'
        self.assertEqual(len(self.findings(INCLUDE, equal)), 1)
        self.assertEqual(self.findings(INCLUDE + 'row("eq", f)', equal), [])

    def test_each_name_that_a_struct_chooses_from_needs_a_row(self):
        self.assertEqual(self.findings(INCLUDE + 'row("max", f) row("min", f)', CHOSEN), [])
        found = self.findings(INCLUDE + 'row("max", f)', CHOSEN)
        self.assertEqual(len(found), 1)
        self.assertIn('"min"', found[0])

    def test_what_looks_like_a_row_but_is_none_does_not_count(self):
        for text in (INCLUDE + '// row("relu", f)', INCLUDE + 'TEST_CASE("relu")', 'row("relu", f)'):
            found = self.findings(text)
            self.assertTrue(any('"relu"' in finding for finding in found), text)

    def test_an_exempt_operation_needs_no_row(self):
        with mock.patch.dict(check_op_table.EXEMPT, {"relu": "a reason"}):
            self.assertEqual(self.findings(INCLUDE + 'row("matmul", f)'), [])

    def test_an_exemption_that_is_not_needed_is_a_finding(self):
        exempt = {"relu": "has a row", "gone": "is no operation"}
        with mock.patch.dict(check_op_table.EXEMPT, exempt):
            found = self.findings(INCLUDE + 'row("matmul", f) row("relu", g)')
        self.assertEqual(len(found), 2, found)

    def test_a_documented_kink_needs_a_kink_row_and_a_kink_row_its_documentation(self):
        header = "/// |x|. Derivative: sign(x); 0 at\n/// the kink, 0.\nTensor abs(const Tensor& x);\n"
        rows = '#include "support/kinks.hpp"\nkink("abs", f, {0}, {0}) kink(\n    "exp", f, {0}, {0})'
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"include/tapegrad/ops/pointwise.hpp": header,
                               "tests/ops/kink_test.cpp": rows}.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            found = check_op_table.kink_findings(Path(folder))
            self.assertEqual(len(found), 1)
            self.assertIn('"exp"', found[0])
            Path(folder, "tests/ops/kink_test.cpp").write_text("", encoding="utf-8")
            found = check_op_table.kink_findings(Path(folder))
        self.assertEqual(found, ["include/tapegrad/ops/pointwise.hpp:1: abs has a kink without a kink "
                                 "row in tests/"])

    def test_a_tree_without_operations_is_a_finding(self):
        self.assertEqual(len(self.findings(INCLUDE, "")), 1)


if __name__ == "__main__":
    unittest.main()
