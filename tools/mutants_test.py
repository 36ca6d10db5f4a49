#!/usr/bin/env python3
"""Mutants of derivatives: which functions are rules, and what becomes of them."""

import unittest

from mutant_build import blamed, first_of_rules, grown
from mutants import mutants, rules, sort_of

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

    def test_arguments_change_places_with_their_like(self):
        for first, last in (("x", "y"), ("dim", "-1"), ("s.shape(0)", "kept"), ("g * y", "s[0]")):
            self.assertEqual(sort_of(first), sort_of(last))
        for first, last in (("x", "dim"), ("y.dtype()", "rows.shape()"), ("s", "rows"), ("keepdim", "dim")):
            self.assertNotEqual(sort_of(first), sort_of(last))

    def test_text_and_comments_stay(self):
        for rule in rules(SOURCE):
            for mutant in mutants(SOURCE, rule):
                whole = SOURCE[:rule.begin] + mutant.body + SOURCE[rule.end:]
                self.assertIn('"half + 1"', whole)
                self.assertIn("// 1 - yx", whole)

    def test_a_source_holds_all_of_its_mutants(self):
        own = [m for rule in rules(SOURCE) for m in mutants(SOURCE, rule)]
        listed = [("half.cpp", m, str(i)) for i, m in enumerate(own)]
        text, lines = grown(list(enumerate(own)), first_of_rules(listed))
        rows = text.splitlines()
        for number, (first, _) in lines.items():
            self.assertTrue(rows[first - 1].startswith(f"else if (living == {number}) "))
        for rule in rules(SOURCE):
            self.assertIn(SOURCE[rule.begin:rule.end], text)

    def test_an_error_is_blamed_on_the_nearest_mutant(self):
        lines = {"lib/ops/a.cpp": {7: (10, 12), 8: (20, 20)}, "lib/ops/b.hpp": {9: (5, 5)}}
        error = "../tree/lib/ops/{}: error: no match\n"
        self.assertEqual(blamed(error.format("a.cpp:11:3"), lines), {7})
        led = ("../tree/lib/ops/b.hpp:5:9:   required from 'pulled'\n"
               "../tree/lib/ops/a.cpp:20:1:   required from here\n"
               "../../lib/kernels/map.hpp:5:1: error: no match\n"
               "../tree/lib/ops/a.cpp:11:1: note: candidate\n")
        self.assertEqual(blamed(led, lines), {9})
        self.assertEqual(blamed(error.format("a.cpp:50:1"), lines), set())


if __name__ == "__main__":
    unittest.main()
