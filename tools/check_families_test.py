#!/usr/bin/env python3
"""check_families.py finds headers without a source, without a test, and those that nobody includes."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import check_families

FILES = {
    "include/tapegrad/tapegrad.hpp": '#include "tapegrad/ops/reduce.hpp"\n',
    "include/tapegrad/ops/reduce.hpp": '#pragma once\n\n#include "tapegrad/ops/reduce/sum.hpp"\n',
    "include/tapegrad/ops/reduce/sum.hpp": "",
    "lib/ops/reduce/sum.cpp": "",
    "tests/ops/reduce/sum_test.cpp": "",
}


def findings_of(files, no_code=()):
    with tempfile.TemporaryDirectory() as folder, mock.patch.multiple(
            check_families, NO_CODE=dict.fromkeys(no_code), DECLARED_ELSEWHERE={}):
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check_families.check(Path(folder))[0]


class Families(unittest.TestCase):
    """Of one header."""

    def test_whole(self):
        """Nothing is missing."""
        self.assertEqual(findings_of(FILES), [])

    def test_each_missing_file(self):
        """Source and test."""
        for name in ("lib/ops/reduce/sum.cpp", "tests/ops/reduce/sum_test.cpp"):
            rest = {path: text for path, text in FILES.items() if path != name}
            self.assertEqual(findings_of(rest), [f"include/tapegrad/ops/reduce/sum.hpp: there is no {name}"])

    def test_a_source_without_a_header(self):
        """Beside a public one and one of its own folder."""
        files = FILES | {"lib/ops/reduce/prod.cpp": "", "lib/ops/reduce/all.cpp": "", "lib/ops/reduce/all.hpp": ""}
        self.assertEqual(findings_of(files), ["lib/ops/reduce/prod.cpp: there is no header reduce/prod.hpp in "
                                              "include/tapegrad/ops or lib/ops"])

    def test_not_included(self):
        """By its family, by everything."""
        self.assertEqual(findings_of(FILES | {"include/tapegrad/ops/reduce.hpp": ""}),
                         ["include/tapegrad/ops/reduce.hpp doesn't include ops/reduce/sum.hpp"])
        self.assertEqual(findings_of(FILES | {"include/tapegrad/tapegrad.hpp": ""}),
                         ["include/tapegrad/tapegrad.hpp doesn't include ops/reduce.hpp"])

    def test_without_code(self):
        """Is excused, as long as it is there."""
        headers = {path: text for path, text in FILES.items() if path.startswith("include")}
        self.assertEqual(findings_of(headers, ["reduce/sum"]), [])
        self.assertEqual(len(findings_of(FILES, ["reduce/prod"])), 1)


if __name__ == "__main__":
    unittest.main()
