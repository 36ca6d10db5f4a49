#!/usr/bin/env python3
"""make_methods.py makes methods of the functions whose first parameter is a tensor, and of nothing else."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import make_methods

HEADER = """
#pragma once
namespace [[gnu::visibility("default")]] tapegrad {
/// e^x of a const Tensor& x.
Tensor exp(const Tensor& x);
Tensor operator+(const Tensor& a, const Tensor& b);
Tensor zeros(const Shape& shape);
Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim = 0);
Tensor any(const Tensor& x, const Dims& dims = {}, Keepdim keep = Keepdim::no);
std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes,
                          std::int64_t dim = 0);
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);  // no method
Extremes max(const Tensor& x, std::int64_t dim, Keepdim keep = Keepdim::no);
inline Tensor twice(const Tensor& x) { return x + x; }
Tensor thrice(const Tensor& x) {
  return x + x + exp(x);
}
namespace nn {
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});
}  // namespace nn
Tensor log(const Tensor& x);
}  // namespace tapegrad
"""


class Methods(unittest.TestCase):
    """Of one header."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.header = Path(folder.name, "ops/family/some.hpp")
        self.header.parent.mkdir(parents=True)
        self.header.write_text(HEADER, encoding="utf-8")

    def test_declarations(self):
        """With the defaults, without the first parameter."""
        lines = [line for line in make_methods.declarations([self.header]) if not line.startswith("//")]
        self.assertEqual(lines, [
            "Tensor exp() const;",
            "Tensor any(const Dims& dims = {}, Keepdim keep = Keepdim::no) const;",
            "std::vector<Tensor> split(const std::vector<std::int64_t>& sizes, std::int64_t dim = 0) const;",
            "Extremes max(std::int64_t dim, Keepdim keep = Keepdim::no) const;",
            "Tensor log() const;",
        ])

    def test_each_says_where_it_is_documented(self):
        """A line before each."""
        lines = list(make_methods.declarations([self.header]))
        before = lines[lines.index("Tensor log() const;") - 1]
        self.assertEqual(before, "/// log() of ops/family/some.hpp, with this as its first argument.")

    def test_definitions(self):
        """Call the function with everything that they got."""
        text = "\n".join(make_methods.definitions([self.header]))
        self.assertIn('#include "tapegrad/ops/family/some.hpp"', text)
        self.assertIn("Extremes Tensor::max(std::int64_t dim, Keepdim keep) const {\n"
                      "  return tapegrad::max(*this, dim, keep);\n}", text)
        self.assertIn("Tensor Tensor::exp() const {\n  return tapegrad::exp(*this);\n}", text)
        self.assertNotIn("where", text)

    def test_a_header_without_namespace_is_refused(self):
        """With its name, and no output."""
        self.header.write_text("Tensor exp(const Tensor& x);\n", encoding="utf-8")
        output = self.header.with_name("out.hpp")
        run = subprocess.run([sys.executable, make_methods.__file__, "declarations", output, self.header],
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("some.hpp: there is no namespace", run.stderr)
        self.assertFalse(output.exists())


class InPlaceForms(unittest.TestCase):
    """Of a header that says that it has them."""

    def lines_of(self, text, make):
        with tempfile.TemporaryDirectory() as folder:
            header = Path(folder, "some.hpp")
            header.write_text(text, encoding="utf-8")
            return [line for line in make([header]) if not line.startswith("//")]

    def test_only_where_the_header_says_so(self):
        """And of tensors alone."""
        self.assertFalse([line for line in self.lines_of(HEADER, make_methods.declarations) if "&" in line.split("(")[0]])
        text = ("// Exponentials.\n// In-place forms: exp_().\n" + HEADER.lstrip()).replace(
            "Tensor any(", "Tensor sign(const Tensor& x);  // no in-place form\nTensor any(")
        forms = [line for line in self.lines_of(text, make_methods.declarations) if line.startswith("Tensor& ")]
        self.assertEqual(forms, [
            "Tensor& exp_();",
            "Tensor& any_(const Dims& dims = {}, Keepdim keep = Keepdim::no);",
            "Tensor& log_();",
        ])

    def test_a_declaration_may_say_so_for_itself(self):
        """In a header whose other functions have none."""
        text = HEADER.replace("Tensor exp(const Tensor& x);", "Tensor exp(const Tensor& x);  // in-place form")
        forms = [line for line in self.lines_of(text, make_methods.declarations) if line.startswith("Tensor& ")]
        self.assertEqual(forms, ["Tensor& exp_();"])

    def test_a_form_is_its_function_written(self):
        """In its own name."""
        text = "// In-place forms: exp_().\n" + HEADER.lstrip()
        lines = self.lines_of(text, make_methods.definitions)
        start = lines.index("Tensor& Tensor::exp_() {")
        self.assertEqual(lines[start + 1:start + 4], [
            '  return write("exp_", *this, {}, [&](bool recorded) {',
            "    return tapegrad::exp(intact(*this, *this, recorded));",
            "  });"])


if __name__ == "__main__":
    unittest.main()
