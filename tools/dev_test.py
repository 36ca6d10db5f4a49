#!/usr/bin/env python3
"""./dev in a small tree, with programs in place of Meson, ninja and the rest that only write down how they
were called: what it refuses, and what it makes of their failures."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERBS = ("setup", "build", "run", "test", "bench", "fuzz", "check", "header", "format", "docs")
STUBS = ("meson", "ninja", "pkg-config", "apt-get", "clang-format", "clang++", "doxygen",
         "sudo", "c++", "valgrind", "make", "cmake", "debootstrap")
# What a stub does beside writing its call down. `ninja -n` has nothing to do.
DOES = {
    "meson": """case $1 in
  setup)
    mkdir -p "$2/meson-info"
    : >"$2/build.ninja"
    printf '{"directories": {"source": "%s"}}' "$3" >"$2/meson-info/meson-info.json" ;;
  test)
    if [ "$4" = --list ]; then printf 'tapegrad:unit / ops\\ntapegrad:tools / check_op_table\\n'; exit 0; fi
    [ -z "${MESON_TEST_LOG-}" ] || cp "$MESON_TEST_LOG" "$3/meson-logs/testlog.json"
    exit "${MESON_TEST_STATUS:-0}" ;;
esac""",
    "ninja": "echo 'ninja: no work to do.'",
    "clang++": "case $1 in -dumpversion) echo 14.0.6 ;; *) echo /nowhere ;; esac",
    "doxygen": 'exit "${DOXYGEN_STATUS:-0}"',
}


class Dev(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Path(folder.name, "tree")
        self.stubs = Path(folder.name, "bin")
        self.calls_made = Path(folder.name, "calls")
        self.stubs.mkdir()
        (self.tree / "tools").mkdir(parents=True)
        shutil.copy(ROOT / "dev", self.tree)
        for name in ("needs.bash", "bench.bash", "check.bash", "in_debian.bash", "count_tests.py",
                     "make_methods.py"):
            shutil.copy(ROOT / "tools" / name, self.tree / "tools")
        shutil.copytree(ROOT / "include", self.tree / "include")
        shutil.copytree(ROOT / "bench/versus", self.tree / "bench/versus", ignore=shutil.ignore_patterns("__pycache__"))
        for source in ("samples/line/main.cpp", "bench/sum.cpp", "tests/fuzz/npy_fuzz.cpp"):
            path = self.tree / source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        for name in STUBS:
            stub = self.stubs / name
            stub.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.calls_made}"\n{DOES.get(name, "")}\n')
            stub.chmod(0o755)

    def dev(self, *arguments, **variables):
        environment = {"PATH": f"{self.stubs}:/usr/bin:/bin", "HOME": "/nonexistent", **variables}
        return subprocess.run(["bash", self.tree / "dev", *arguments], env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def calls(self):
        return self.calls_made.read_text() if self.calls_made.exists() else ""

    def log_of_tests(self, passed):
        log = self.tree / "build/release/meson-logs/testlog.json"
        log.parent.mkdir(parents=True, exist_ok=True)
        text = f"All tests passed (9 assertions in {passed} test cases)\n"
        log.write_text(json.dumps({"name": "tapegrad:unit / ops", "stdout": text, "returncode": 0}))

    def test_help_after_a_verb_prints_help_and_does_nothing(self):
        for verb in VERBS:
            for arguments in ([verb, "--help"], [verb, "-h"], [verb, "x", "--help"]):
                if arguments[0] in ("run", "bench") and arguments[1] == "x":
                    continue  # the sample's own help
                result = self.dev(*arguments)
                self.assertEqual(result.returncode, 0, arguments)
                self.assertIn("usage: ./dev VERB", result.stdout, arguments)
        self.assertEqual(self.calls(), "")

    def test_help_at_any_place_prints_help_and_does_nothing(self):
        for call in (["test", "interop", "--help"], ["test", "interop", "-k", "npy", "-h"],
                     ["test", "ops", "--help"], ["check", "--in", "trixie", "--help"],
                     ["check", "--in", "trixie", "build", "-h"], ["check", "build", "--help"],
                     ["bench", "counts", "--help"], ["bench", "counts", "-h"],
                     ["fuzz", "npy", "60", "--help"], ["help", "--help"], ["--help", "-h"]):
            result = self.dev(*call)
            self.assertEqual(result.returncode, 0, call)
            self.assertIn("usage: ./dev VERB", result.stdout, call)
        self.assertEqual(self.calls(), "")

    def test_unknown_flags_are_named_and_nothing_is_done(self):
        for verb in VERBS:
            result = self.dev(verb, "--frist")
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertIn(f"dev: {verb}: there is no flag '--frist'", result.stdout)
        self.assertEqual(self.calls(), "")

    def test_arguments_too_many_are_named_and_nothing_is_done(self):
        for call in (["setup", "x"], ["build", "x"], ["format", "x"], ["docs", "x"],
                     ["header", "catch", "x"],
                     ["test", "ops", "x"], ["fuzz", "npy", "60", "x"], ["help", "x"],
                     ["--help", "x"], ["-h", "x"]):
            result = self.dev(*call)
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertIn(f"dev: {call[0]}: what is 'x'?", result.stdout)
        self.assertEqual(self.calls(), "")

    def test_what_a_verb_does_not_know_is_refused_and_nothing_is_done(self):
        for call, message in ((["check", "tset"], "there is no step 'tset' among: format "),
                              (["check", "--in"], "--in which Debian?"),
                              (["check", "--in", "--fresh"], "--in which Debian?"),
                              (["check", "--fresh"], "--fresh is for --in"),
                              (["check", "build", "tset"], "there is no step 'tset' among: format "),
                              (["check", ""], "there is no step '' among: format "),
                              (["check", "--in", "sarge"], "no Debian 'sarge' among: bookworm trixie"),
                              (["check", "--in", "trixie", "tset"], "there is no step 'tset' among"),
                              (["check", "--in", "trixie", "--frist"], "there is no flag '--frist'"),
                              (["fuzz", "nosuch"], "there is no format 'nosuch' among: all npy"),
                              (["fuzz", "", "5"], "there is no format '' among: all npy"),
                              (["fuzz", "npy", "long"], '"long" is no number of seconds'),
                              (["fuzz", "npy", "0"], '"0" is no number of seconds'),
                              (["run", "nosuch"], "there is no sample 'nosuch' among: line"),
                              (["bench", "nosuch"], "there is no benchmark 'nosuch' among: sum counts versus"),
                              (["bench", "versus", "--frist"], "unrecognized arguments: --frist"),
                              (["bench", "versus", "x"], "unrecognized arguments: x"),
                              (["bench", "versus", "--level", "x86-64-v9"], "invalid choice: 'x86-64-v9'"),
                              (["bench", "versus", "--rows", "("], "'(' is no regular expression"),
                              (["bench", "counts", "--frist"], "there is no flag '--frist'"),
                              (["bench", "counts", "x"], "what is 'x'?"),
                              (["bench", "counts", "--update", "x"], "what is 'x'?"),
                              (["test", "mutants", "few"], '"few" is no number of mutants'),
                              (["test", "mutants", "5", "x"], "test mutants: what is 'x'?"),
                              (["header", "junit"], "there is no face 'junit' among: catch gtest"),
                              (["test", "interop", "--frist"], "there is no flag '--frist'"),
                              (["test", "interop", "x"], "test interop: what is 'x'?"),
                              (["test", "interop", "-k"], "-k which pattern?"),
                              (["test", "properties", "few"], '"few" is no number of cases'),
                              (["test", "torch", "-f"], "test torch: there is no flag '-f'"),
                              (["test", "torch", "-v", "x"], "test torch: what is 'x'?")):
            result = self.dev(*call)
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertIn(message, result.stdout)
        self.assertEqual(self.calls(), "")

    def test_run_alone_lists_the_samples_without_a_build(self):
        result = self.dev("run")
        self.assertEqual((result.returncode, result.stdout), (2, "samples: line\n"))
        self.assertEqual(self.calls(), "")

    def test_a_filter_that_nothing_matches_is_misuse(self):
        self.log_of_tests(0)
        log = self.tree / "build/release/meson-logs/testlog.json"
        kept = log.rename(self.tree / "log")
        result = self.dev("test", "nosuch", MESON_TEST_LOG=str(kept))
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn("dev: test: nothing matches 'nosuch'", result.stdout)

    def test_an_unknown_verb_is_refused(self):
        result = self.dev("tests")
        self.assertEqual(result.returncode, 2)
        self.assertIn("there is no verb 'tests'", result.stdout)

    def test_after_a_compile_error_no_earlier_run_is_counted(self):
        self.log_of_tests(140)
        result = self.dev("test", "ops", MESON_TEST_STATUS="1")
        self.assertNotEqual(result.returncode, 0)
        self.assertNotIn("140", result.stdout)
        self.assertIn("nothing ran", result.stdout)

    def test_the_tests_of_operations_include_their_table(self):
        self.dev("test", "ops")
        self.assertRegex(self.calls(), r"meson test .* ops ops_table check_op_table\n")

    def test_a_build_folder_copied_with_its_tree_is_configured_anew(self):
        self.dev("build")
        self.dev("build")
        self.assertEqual(self.calls().count("meson setup"), 1, self.calls())
        copy = self.tree.with_name("copy")
        shutil.copytree(self.tree, copy)
        original, self.tree = self.tree, copy
        result = self.dev("build")
        self.assertIn(f"build/release was configured for {original}: beginning anew", result.stdout)
        self.assertIn(f"meson setup {copy}/build/release {copy} ", self.calls())
        self.assertIn("-Dsamples=true", self.calls().split("meson setup")[-1])

    def test_instructions_are_counted_in_a_build_for_every_processor(self):
        self.dev("bench", "counts")
        self.assertRegex(self.calls(), r"meson setup \S+/build/counts ")
        self.assertNotIn("-Dlevel", self.calls())

    def test_docs_fail_when_doxygen_does(self):
        self.assertEqual(self.dev("docs").returncode, 0)
        self.assertNotEqual(self.dev("docs", DOXYGEN_STATUS="1").returncode, 0)

    def test_clangs_runtime_is_installed_beside_the_clang_that_is_there(self):
        result = self.dev("fuzz", "npy", "1")
        self.assertRegex(self.calls(), r"(apt-get|sudo).* install .*libclang-rt-14-dev", result.stdout)


if __name__ == "__main__":
    unittest.main()
