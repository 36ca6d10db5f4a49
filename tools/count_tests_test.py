#!/usr/bin/env python3
"""count_tests.py reads what Catch2 and Meson print; the outputs here are quoted from both."""

import unittest

import count_tests

PASSED = "Randomness seeded to: 7\n=====\nAll tests passed (12 assertions in 3 test cases)\n\n"
ONE = "All tests passed (1 assertion in 1 test case)\n"
FAILED = "test cases: 5 | 4 passed | 1 failed\nassertions: 9 | 8 passed | 1 failed\n"
EXPECTED_FAILURE = "test cases: 3 | 2 passed | 1 failed as expected\n"
NOTHING = "No test cases matched '*x*'\n=====\nNo tests ran\n\n"
CRASHED = "a_test.cpp:5: FAILED:\n  due to a fatal error condition:\n  SIGSEGV\n"


def run(output, returncode=0, name="tapegrad:unit / core"):
    return {"name": name, "stdout": output, "returncode": returncode}


class CountTests(unittest.TestCase):
    def test_a_program_that_passed_counts_its_cases(self):
        self.assertEqual(count_tests.count(run(PASSED)), (3, 0))
        self.assertEqual(count_tests.count(run(ONE)), (1, 0))

    def test_a_program_that_failed_counts_both_kinds(self):
        self.assertEqual(count_tests.count(run(FAILED, 1)), (4, 1))

    def test_a_failure_as_expected_is_none(self):
        self.assertEqual(count_tests.count(run(EXPECTED_FAILURE)), (2, 0))

    def test_no_match_counts_nothing(self):
        self.assertEqual(count_tests.count(run(NOTHING)), (0, 0))

    def test_a_crash_is_a_failure(self):
        self.assertEqual(count_tests.count(run(CRASHED, -11)), (0, 1))
        self.assertEqual(count_tests.count(run("", 0)), (0, 1))

    def test_a_bad_status_after_a_good_closing_line_is_a_failure(self):
        self.assertEqual(count_tests.count(run(PASSED, 23)), (3, 1))

    def test_only_the_unit_suite_is_counted(self):
        for name in ("tapegrad:unit / core", "unit - tapegrad:core", "tapegrad:unit+slow / core"):
            self.assertTrue(count_tests.is_catch2({"name": name}), name)
        for name in ("tapegrad:tools / unit", "samples - tapegrad:unit"):
            self.assertFalse(count_tests.is_catch2({"name": name}), name)


if __name__ == "__main__":
    unittest.main()
