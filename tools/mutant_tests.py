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


class Tests:
    """Which test cases run which rule; found by running each by itself, once."""

    def __init__(self, program, jobs):
        self.program = program
        of_table = set(names(program, "[table]"))
        with ThreadPoolExecutor(jobs) as pool:
            all_names = names(program)
            reached = list(pool.map(self.rules_of, all_names))
        self.table, self.others = {}, {}
        for name, rules in zip(all_names, reached):
            for rule in rules:
                (self.table if name in of_table else self.others).setdefault(rule, []).append(name)

    def rules_of(self, name):
        with tempfile.NamedTemporaryFile("r") as file:
            done = run(self.program, escaped(name), TAPEGRAD_REACHED=file.name)
            if done.returncode != 0:
                raise SystemExit(f"mutate: '{name}' fails without any mutant:\n{done.stdout[-2000:]}")
            return {int(line) for line in file}

    def fails(self, number, chosen):
        """One of these test cases fails, crashes or never ends with the mutant."""
        if not chosen:
            return False
        try:
            done = run(self.program, ",".join(map(escaped, chosen)), "-a", TAPEGRAD_MUTANT=str(number))
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0

    def judge(self, number, rule):
        """What notices it: "table", "tests", or nothing."""
        if self.fails(number, self.table.get(rule, [])):
            return "table"
        return "tests" if self.fails(number, self.others.get(rule, [])) else "survived"
