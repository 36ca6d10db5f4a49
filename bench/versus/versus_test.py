#!/usr/bin/env python3
"""bench/versus without a build: scripts in place of the programs, and the page made of known figures."""

import contextlib
import io
import os
import signal
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import measure
import page
import programs
import run
from worker import Failed, Worker

# Answers as main.cpp does; the row "torch only" is none for the others, at "crash" the program ends.
PROGRAM = """#!/bin/sh
while read -r command threads row; do
  case "$command $row" in
    "open crash") exit 3 ;;
    "open torch only") [ "$1" = torch ] && echo ok || echo none ;;
    open*) echo ok ;;
    run*) echo "$1 run" >>"{folder}/turns"; echo "2.5 $3 $2 400" ;;
    *) echo ok ;;
  esac
done
"""


def figures(least):
    """As if measured."""
    return measure.Figures(least, 1.1 * least, 0)


class Turns(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.script = self.folder / "program"
        self.script.write_text(PROGRAM.replace("{folder}", folder.name))
        self.script.chmod(0o755)

    def workers(self, **times):
        made = {(library, 1): Worker([str(self.script), library, *numbers], 1, {})
                for library, numbers in times.items()}
        for worker in made.values():
            self.addCleanup(worker.end)
        return made

    def test_libraries_take_turns_and_the_least_and_the_median_are_kept(self):
        workers = self.workers(ours=("100", "300"), torch=("500", "200"))
        found = measure.turns(workers, measure.Row("g", "add", ""), measure.Effort(2, 0.001))
        self.assertEqual(found["ours", 1], measure.Figures(100, 300, 2.5))
        self.assertEqual(found["torch", 1], measure.Figures(200, 400, 2.5))
        self.assertEqual((self.folder / "turns").read_text().split("\n"),
                         ["ours run", "torch run", "torch run", "ours run", ""])

    def test_a_library_without_such_work_has_no_figures(self):
        workers = self.workers(ours=("1", "2"), torch=("1", "2"))
        found = measure.turns(workers, measure.Row("g", "torch only", ""), measure.Effort(1, 0.001))
        self.assertEqual(list(found), [("torch", 1)])

    def test_all_but_the_one_that_is_asked_are_stopped(self):
        workers = self.workers(ours=("1", "2"), torch=("1", "2"))
        for worker in workers.values():
            worker.open("add")
        deadline = time.time() + 10
        states = {}
        while time.time() < deadline and set(states.values()) != {"T"}:
            for key, worker in workers.items():
                text = Path(f"/proc/{worker.process.pid}/stat").read_text()
                states[key] = text.rsplit(")", 1)[1].split()[0]
        self.assertEqual(set(states.values()), {"T"})

    def test_a_row_at_which_a_program_ends_is_left_out_and_the_next_one_is_measured(self):
        rows = [measure.Row("g", name, "") for name in ("crash", "add")]
        with mock.patch.object(measure, "workers_of", lambda *_: self.workers(ours=("1", "2"))), \
                contextlib.redirect_stderr(io.StringIO()) as said:
            results = measure.measure("x86-64-v3", {}, rows, measure.Effort(1, 0.001), (1,))
        self.assertEqual(list(results), ["add"])
        self.assertIn("left out", said.getvalue())

    def test_time_that_is_up_ends_a_row_after_its_first_round(self):
        workers = self.workers(ours=("1", "2"))
        measure.turns(workers, measure.Row("g", "add", ""), measure.Effort(5, 0.001), until=time.monotonic())
        self.assertEqual((self.folder / "turns").read_text().split("\n"), ["ours run", ""])

    def test_what_a_row_leaves_of_its_time_is_for_those_behind_it(self):
        clock, ends = [0], []

        def turns(_, __, ___, until):
            ends.append(until)
            clock[0] += 3
        rows = [measure.Row("g", name, "") for name in ("a", "b", "c")]
        with mock.patch.multiple(measure, turns=turns, workers_of=lambda *_: {}), \
                mock.patch.object(measure.time, "monotonic", lambda: clock[0]), \
                contextlib.redirect_stderr(io.StringIO()):
            measure.measure("x86-64-v3", {}, rows, measure.Effort(5, 0.001, most=12), (1,))
        self.assertEqual(ends, [4, 3 + 9 / 2, 6 + 6])

    def test_rows_are_found_by_small_and_large_letters(self):
        listed = mock.Mock(stdout="g\tMLP step\t\ng\tlogistic step\t\ng\tadd\twhy\n")
        with mock.patch.object(measure.subprocess, "run", lambda *_, **__: listed):
            self.assertEqual([row.name for row in measure.rows_of("x86-64-v3", "mlp|LOGISTIC")],
                             ["MLP step", "logistic step"])

    def test_no_process_is_left(self):
        worker = self.workers(ours=("1", "2"))["ours", 1]
        worker.open("add")
        pid = worker.process.pid
        worker.end()
        with self.assertRaises(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def test_a_program_that_is_not_there_is_an_error_of_its_own(self):
        worker = self.workers(ours=("1", "2"))["ours", 1]
        with self.assertRaises(Failed):
            worker.open("crash")


class Page(unittest.TestCase):
    rows = [measure.Row("Sums", "sum, 1M", "more digits"), measure.Row("Sums", "sum, 1", "")]
    results = {"sum, 1M": {("ours", 1): figures(2e6), ("torch", 1): figures(1e6), ("limits", 1): figures(8e5)},
               "sum, 1": {("ours", 1): figures(50), ("torch", 1): figures(500)}}

    def lines(self):
        return list(page.group_lines(self.rows, self.results, (1,)))

    def test_where_we_lose_the_ratio_is_bold_and_the_reason_stands_there(self):
        self.assertIn("| sum, 1M | 1 | 2 ms (2.2) | 1 ms (1.1) | **2.00** | 800 µs (880) | 2.50 | – | 0; 0 | "
                      "more digits |", self.lines())

    def test_where_we_win_there_is_no_reason(self):
        self.assertIn("| sum, 1 | 1 | 50 ns (55) | 500 ns (550) | 0.10 | – | – | – | 0; 0 |  |", self.lines())

    def test_a_loss_without_a_reason_says_so(self):
        self.results = {"sum, 1": {("ours", 1): figures(3), ("torch", 1): figures(1)}}
        self.assertIn("not looked into", "\n".join(self.lines()))

    def test_losses_are_counted(self):
        self.assertEqual(page.losses(self.rows, self.results, (1, 2)), (1, 2))

    def test_every_line_of_a_table_has_as_many_cells(self):
        cells = {text.count("|") for text in self.lines() if text.startswith("|")}
        self.assertEqual(len(cells), 1)


class Run(unittest.TestCase):
    def test_unknown_flags_and_values_are_misuse(self):
        for call in (["--frist"], ["x"], ["--level", "x86-64-v9"], ["--rows", "("], ["--qui"]):
            with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as end:
                run.main(call)
            self.assertEqual(end.exception.code, 2, call)

    def patched(self, folder, part):
        replaced = mock.patch.multiple(programs, levels_here=lambda: ["x86-64-v3"], build=lambda _: {"torch": "no net"},
                                       machine=lambda: [], versions=lambda *_: [], ROOT=Path(folder))
        return replaced, mock.patch.multiple(run, part=part, PAGE=Path(folder, "benchmarks.md"))

    def test_an_interrupted_run_keeps_the_old_page_and_a_whole_one_replaces_it(self):
        def interrupted(*_):
            raise KeyboardInterrupt
        whole = ("AVX2", Page.rows, Page.results, (1,), [])
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()) as said:
            old = Path(folder, "benchmarks.md")
            old.write_text("old")
            first, second = self.patched(folder, interrupted)
            with first, second, self.assertRaises(KeyboardInterrupt):
                run.main([])
            self.assertEqual(old.read_text(), "old")
            first, second = self.patched(folder, lambda *_: whole)
            with first, second:
                self.assertEqual(run.main([]), 0)
            self.assertIn("torch was left out: no net", old.read_text())
            self.assertIn("torch: skipped: no net", said.getvalue())

    def test_a_short_run_prints_and_writes_nothing(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()), \
                contextlib.redirect_stdout(io.StringIO()) as printed:
            first, second = self.patched(folder, lambda *_: ("AVX2", Page.rows, Page.results, (1,), []))
            with first, second:
                run.main(["--quick"])
            self.assertEqual(os.listdir(folder), [])
            self.assertIn("## AVX2", printed.getvalue())


if __name__ == "__main__":
    unittest.main()
