#!/usr/bin/env python3
"""counts.py with programs in place of valgrind and of the one whose instructions are counted."""

import contextlib
import io
import json
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import counts

# As callgrind says it, for ten rounds of a case: `valgrind FLAG... PROGRAM CASE`.
VALGRIND = """#!/bin/sh
for case; do :; done
test -z "$VALGRIND_FAILS" || exit 1
echo "==7== Collected : $(sed -n "s/^$case //p" "{folder}/instructions")" >&2
"""


class Counts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.program = self.script("program", "#!/bin/sh\nprintf 'g++ 12.2.0\\nadd 10\\nview 10\\n'\n")
        self.script("valgrind", VALGRIND.format(folder=self.folder))
        self.collected(add=1000, view=500)
        path = f"{self.folder}:{os.environ['PATH']}"
        for patch in (mock.patch.object(counts, "RECORDED", self.folder / "counts.json"),
                      mock.patch.dict(os.environ, {"PATH": path, "CI": "false"})):
            patch.start()
            self.addCleanup(patch.stop)

    def script(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    def collected(self, **cases):
        (self.folder / "instructions").write_text("".join(f"{name} {n}\n" for name, n in cases.items()))

    def run_counts(self, *arguments):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = counts.main([self.program, *arguments])
        return status, output.getvalue()

    def test_what_was_recorded_passes(self):
        self.assertEqual(self.run_counts("--update")[0], 0)
        recorded = json.loads(counts.RECORDED.read_text())
        self.assertEqual(recorded, {"compiler": "g++ 12.2.0", "instructions": {"add": 100, "view": 50}})
        self.assertEqual(self.run_counts(), (0, "counts: 2 cases as recorded, with g++ 12.2.0\n"))

    def test_three_percent_more_pass_and_four_fail_by_name(self):
        self.run_counts("--update")
        self.collected(add=1030, view=500)
        self.assertEqual(self.run_counts()[0], 0)
        self.collected(add=1040, view=500)
        status, output = self.run_counts()
        self.assertEqual(status, 1)
        self.assertIn("add: 100 -> 104 instructions (+4.0%)", output)
        self.assertNotIn("view", output)

    def test_less_passes_and_is_remarked(self):
        self.run_counts("--update")
        self.collected(add=900, view=500)
        status, output = self.run_counts()
        self.assertEqual(status, 0)
        self.assertIn("add: 100 -> 90 instructions (-10.0%)", output)

    def test_new_cases_and_gone_ones_fail(self):
        self.run_counts("--update")
        for name, message in (("mul", "view is in counts.json, but no case"),
                              ("view 10\\nmul", "mul is not in counts.json")):
            self.collected(add=1000, view=500, mul=700)
            self.script("program", f"#!/bin/sh\nprintf 'g++ 12.2.0\\nadd 10\\n{name} 10\\n'\n")
            status, output = self.run_counts()
            self.assertEqual(status, 1)
            self.assertIn(message, output)

    def test_another_compiler_is_skipped_but_not_in_ci(self):
        self.run_counts("--update")
        self.script("program", "#!/bin/sh\nprintf 'g++ 14.2.0\\nadd 10\\nview 10\\n'\n")
        status, output = self.run_counts()
        self.assertEqual((status, output), (0, "counts: skipped: the counts are of g++ 12.2.0, this is g++ 14.2.0\n"))
        with mock.patch.dict(os.environ, {"CI": "true"}):
            self.assertEqual(self.run_counts()[0], 1)

    def test_a_program_that_valgrind_cannot_run_is_an_error(self):
        self.run_counts("--update")
        counts.ENVIRONMENT["VALGRIND_FAILS"] = "1"
        self.addCleanup(counts.ENVIRONMENT.pop, "VALGRIND_FAILS")
        with self.assertRaisesRegex(SystemExit, "could not count add"):
            self.run_counts()

    def test_unknown_flags_are_misuse(self):
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as end:
            self.run_counts("--frist")
        self.assertEqual(end.exception.code, 2)


if __name__ == "__main__":
    unittest.main()
