"""The tests that a mutant has to pass to survive: those of its operations that run its rule."""

import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor


def run(program, *arguments, **environment):
    return subprocess.run([program, *arguments], env={**os.environ, "OPENBLAS_NUM_THREADS": "1",
                                                      **environment},
                          capture_output=True, text=True, errors="replace", timeout=300, check=False)


def names(program, *filters):
    """The names of test cases, by Catch2 of either version."""
    listed = run(program, "--list-test-names-only", *filters)
    if not listed.stdout.strip():
        listed = run(program, "--list-tests", "--verbosity", "quiet", *filters)
    return [line.strip() for line in listed.stdout.splitlines() if line.strip()]


def escaped(name):
    return re.sub(r'([\\,\[\]*~"])', r"\\\1", name)


def swept(rows):
    """The environment of a sweep of these rows (tests/support/sweep.hpp)."""
    return {"TAPEGRAD_SWEEP": os.devnull, "TAPEGRAD_SWEEP_ROWS": rows}


def by_rule(tests, reached):
    """{rule: [test]}. Who runs few rules is about them, and notices first."""
    size = {test: len(rules) for test, rules in zip(tests, reached)}
    found = {}
    for test, rules in zip(tests, reached):
        for rule in rules:
            found.setdefault(rule, []).append(test)
    return {rule: sorted(own, key=size.get) for rule, own in found.items()}


class NamedTests:
    """Test cases chosen by their names, whatever rule they run."""

    def __init__(self, program):
        self.program = program

    def fails(self, number, filters, *flags, **environment):
        """One of these test cases fails, crashes or never ends with the mutant."""
        try:
            done = run(self.program, ",".join(filters), *flags, TAPEGRAD_MUTANT=str(number), **environment)
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0


class Tests(NamedTests):
    """Which rows of the operation table and which test cases run which rule; found by running each by
    itself, once."""

    def __init__(self, program, jobs):
        super().__init__(program)
        of_table = set(names(program, "[table]"))
        all_names = names(program)
        with ThreadPoolExecutor(jobs) as pool:
            by_row = list(pool.map(lambda row: self.rules_of(["[table]"], str(row)), range(self.count_rows())))
            by_name = list(pool.map(lambda name: self.rules_of([escaped(name)]), all_names))
        self.rows = by_rule(range(len(by_row)), by_row)
        cases = dict(zip(all_names, by_name))
        self.others = by_rule([n for n in cases if n not in of_table],
                              [r for n, r in cases.items() if n not in of_table])
        self.table = by_rule([n for n in cases if n in of_table],
                             [r for n, r in cases.items() if n in of_table])

    def count_rows(self):
        with tempfile.NamedTemporaryFile("r") as file:
            run(self.program, "[table]", TAPEGRAD_SWEEP=file.name)
            return sum(line.split("\t")[1] in ("0", "1") for line in file)

    def rules_of(self, filters, rows=None):
        """What runs, in these test cases or in these rows."""
        with tempfile.NamedTemporaryFile("r") as file:
            done = run(self.program, *filters, TAPEGRAD_REACHED=file.name, **(swept(rows) if rows else {}))
            if done.returncode != 0:
                raise SystemExit(f"mutate: '{filters}' {rows or ''} fails without any mutant:\n{done.stdout[-2000:]}")
            return {int(line) for line in file}

    def any_row_fails(self, number, rows):
        """The derivatives of rows of the table: the first ones by themselves, because most mutants don't
        outlive them."""
        return any(part and self.fails(number, ["[table]"], "-a", **swept(",".join(map(str, part))))
                   for part in (rows[:2], rows[2:]))

    def any_case_fails(self, number, chosen):
        return any(part and self.fails(number, map(escaped, part), "-a")
                   for part in (chosen[:2], chosen[2:]))

    def judge(self, number, rule):
        """What notices it: "table", "tests", or nothing."""
        if self.any_row_fails(number, self.rows.get(rule, [])):
            return "table"
        if self.any_case_fails(number, self.others.get(rule, [])):
            return "tests"
        return "table" if self.any_case_fails(number, self.table.get(rule, [])) else "survived"
