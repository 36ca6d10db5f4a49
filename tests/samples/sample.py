"""Runs a sample as its user would: what it prints, where it fails, what a terminal sees.

A test file calls main(): Meson passes the program's path as the only argument.
"""

import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import time
import unittest

NUMBER = r"(-?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|nan))"


class SampleTest(unittest.TestCase):
    program = ""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_sample(self, *flags, cwd=None):
        return subprocess.run([self.program, *map(str, flags)], capture_output=True, text=True,
                              cwd=cwd or self.folder, timeout=300)

    def output_of(self, *flags, cwd=None):
        done = self.run_sample(*flags, cwd=cwd)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def last_line(self, pattern, *flags):
        """The numbers of the last line, which must be the pattern with NUMBER for every {}."""
        line = self.output_of(*flags).splitlines()[-1]
        found = re.fullmatch(pattern.replace("{}", NUMBER), line)
        self.assertIsNotNone(found, line)
        return [float(number) for number in found.groups()]

    def assert_refused(self, message, *flags):
        done = self.run_sample(*flags)
        self.assertGreater(done.returncode, 0, flags)
        self.assertRegex(done.stderr, message)
        return done

    def assert_flag_refused(self, flag, value, message):
        for flags in ([flag, value], [f"{flag}={value}"]):
            with self.subTest(flags=flags):
                done = self.assert_refused(message, *flags)
                self.assertIn(flag, done.stderr)
                self.assertEqual(done.stdout, "")

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, newline="")
        return path

    def assert_terminal_sees(self, pattern, *flags):
        """Runs until the pattern appears, so that the work may be longer than anybody waits for; two minutes at most."""
        reader, writer = pty.openpty()
        process = subprocess.Popen([self.program, *map(str, flags)], stdout=writer, cwd=self.folder)
        os.close(writer)
        seen = ""
        try:
            end = time.monotonic() + 120
            while not re.search(pattern, seen):
                self.assertLess(time.monotonic(), end, f"two minutes without {pattern}: {seen[-2000:]}")
                seen += os.read(reader, 4096).decode()
        except OSError:  # Linux's way to say that the other end is closed
            self.fail(f"the sample ended without {pattern}: {seen}")
        finally:
            os.close(reader)
            process.kill()
            process.wait()

    # What every sample does.

    def test_help_names_every_flag_and_the_last_line(self):
        text = self.output_of("--help")
        for flag in self.flags:
            self.assertIn(flag, text)
        self.assertIn("last line", text)

    def test_an_unknown_flag_is_refused(self):
        for flag in ("--no-such-flag", "stray"):
            self.assert_refused(flag, *self.arguments(), flag)

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([self.program, *self.arguments()], stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)

    def arguments(self):
        """What the sample can't do without."""
        return []


class SeededSampleTest(SampleTest):
    """A sample that draws random numbers."""

    short = []  # flags with which it takes no longer than it must

    def test_a_flag_without_its_value_is_refused(self):
        for flags in (["--seed"], ["--seed="], ["--seed", "1", "--seed", "2"]):
            self.assert_refused("--seed: .*give it one value, once", *flags)

    def test_a_seed_that_is_no_whole_number_is_refused(self):
        for value in ("-1", "1.5", "x", "0x10", "1e3", "99999999999999999999"):
            self.assert_flag_refused("--seed", value, "it takes a whole number, 0 or more")

    def test_a_seed_makes_the_same_output_again(self):
        self.assertEqual(self.output_of("--seed", 3, *self.short), self.output_of("--seed", 3, *self.short))
        self.assertNotEqual(self.output_of("--seed", 3, *self.short), self.output_of("--seed", 4, *self.short))


def main(test_class):
    test_class.program = os.path.abspath(sys.argv.pop(1))
    loader = unittest.defaultTestLoader
    result = unittest.TextTestRunner(verbosity=2).run(loader.loadTestsFromTestCase(test_class))
    sys.exit(not result.wasSuccessful())
