#!/usr/bin/env python3
"""check_undefined_table.py finds functions without a row, and rows without a function."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import check_undefined_table

HEADER = """
#pragma once
#include <vector>
namespace [[gnu::visibility("default")]] tapegrad {
/// Takes no Tensor(x): a comment.
struct Options {
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};
class Tensor {
 public:
  Tensor(const Tensor& other) noexcept : impl_(other.impl_) {
    if (impl_) count(1);
  }
  ~Tensor() { destroy(impl_); }
  Tensor& operator=(const Tensor& other) & noexcept;
  template <Element T>
  static Tensor from_vector(std::vector<T>&& values, const Shape& shape);
  template <Element T>
  T item() const;
  Tensor& operator+=(const Tensor& other) { return add_(other); }
  bool defined() const { return impl_ != nullptr; }
 private:
  Impl* impl_ = nullptr;
};
Tensor operator-(const Tensor& x);
Tensor operator-(const Tensor& a, Scalar b);
template <std::integral Dim>
Tensor sum(const Tensor& x, Dim dim, Keepdim keep = Keepdim::no) {
  return sum(x, Dims{static_cast<std::int64_t>(dim)}, keep);
}
Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim = 0);
Tensor loss(const Tensor& input, const Options& options = {});
using Function = std::function<Tensor(const std::vector<Tensor>&)>;
}  // namespace tapegrad
"""
NEEDED = ("item", 0), ("add_", 0), ("add_", 1), ("neg", 1), ("sub", 1), ("sum", 1), ("cat", 1), \
    ("loss", 1)


class CheckUndefinedTable(unittest.TestCase):
    def findings(self, rows, exempt):
        table = "".join(f'      {{"{name}", {place}, [] {{ call(); }}}},\n' for name, place in rows)
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"include/tapegrad/ops/some.hpp": HEADER,
                               "tests/ops/undefined_test.cpp": table}.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            with mock.patch.object(check_undefined_table, "EXEMPT", exempt):
                return check_undefined_table.check(Path(folder))[0]

    def test_a_row_for_every_tensor_is_enough(self):
        self.assertEqual(self.findings(NEEDED, {("defined", 0): "asks"}), [])

    def test_each_missing_row_is_found(self):
        for left_out in NEEDED:
            rows = [row for row in NEEDED if row != left_out]
            findings = self.findings(rows, {("defined", 0): "asks"})
            self.assertEqual(len(findings), 1)
            self.assertIn(f'"{left_out[0]}" has no row for argument {left_out[1]}', findings[0])

    def test_a_row_without_a_function_is_found(self):
        findings = self.findings((*NEEDED, ("sum", 2)), {("defined", 0): "asks"})
        self.assertEqual(len(findings), 1)
        self.assertIn('"sum" takes no tensor as argument 2', findings[0])

    def test_what_calls_itself_otherwise_is_found_by_that_name(self):
        header = """
namespace tapegrad {
namespace nn::init {
Tensor zeros_(Tensor x);
}
class Saver {
  Saver& add(std::string name, Tensor tensor);
};
}"""
        self.assertEqual(list(check_undefined_table.wanted_from(header)),
                         [("init::zeros_", 1), ("Saver.add", 2)])

    def test_exemptions_that_are_out_of_date_are_found(self):
        exempt = {("defined", 0): "asks", ("gone", 1): "was there once", ("sum", 1): "has a row"}
        findings = self.findings(NEEDED, exempt)
        self.assertEqual(len(findings), 2)

    def test_headers_without_functions_are_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            with mock.patch.object(check_undefined_table, "EXEMPT", {}):
                self.assertEqual(len(check_undefined_table.check(Path(folder))[0]), 1)


if __name__ == "__main__":
    unittest.main()
