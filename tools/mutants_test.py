#!/usr/bin/env python3
"""Mutants of derivatives: which functions are rules, and what becomes of them."""

import unittest

from mutants import mutants, rules

SOURCE = """
Tensor spread(const Tensor& g) { return g.expand(2); }
Tensor unrelated(const Tensor& g) { return g + 1; }

struct Half : Unary<Half> {
  static constexpr std::string_view name = "half + 1";
  auto f(const auto& x) const { return 0.5 * x; }
  auto df(const auto& x, const auto& y) const { return 1 - y * x; }  // 1 - yx
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {spread(-g), s[0]};
  }
};
struct HalfSlope {
  auto f(const auto& x) const { return x * x; }
};
"""


def changed(name):
    (rule,) = [r for r in rules(SOURCE) if r.name == name]
    return {m.after for m in mutants(SOURCE, rule)}


class Mutants(unittest.TestCase):
    def test_rules_are_derivatives_and_what_they_call(self):
        self.assertEqual([r.name for r in rules(SOURCE)],
                         ["spread", "Half::df", "Half::vjp", "HalfSlope::f"])

    def test_what_others_declare_is_no_rule(self):
        self.assertNotIn("spread", [r.name for r in rules(SOURCE, {"spread"})])

    def test_operators_factors_terms_numbers_and_inputs_change(self):
        found = changed("Half::df")
        for after in ("1 + y * x", "1 - y / x", "1 - y", "1 - x", "2 - y * x", "1 - y * y"):
            self.assertIn("{ return " + after + "; } // 1 - yx", {f + " // 1 - yx" if "//" not in f
                                                                 else f for f in found}, after)

    def test_signs_gradients_and_saved_values_change(self):
        found = changed("Half::vjp")
        for after in ("spread(g), s[0]", "spread(-g), s[1]"):
            self.assertIn("return {" + after + "};", found)

    def test_text_and_comments_stay(self):
        for rule in rules(SOURCE):
            for mutant in mutants(SOURCE, rule):
                whole = SOURCE[:rule.begin] + mutant.body + SOURCE[rule.end:]
                self.assertIn('"half + 1"', whole)
                self.assertIn("// 1 - yx", whole)


if __name__ == "__main__":
    unittest.main()
