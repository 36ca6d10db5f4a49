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


class NamedTests:
    """Test cases chosen by their names, whatever rule they run."""

    def __init__(self, program):
        self.program = program

    def fails(self, number, filters, *flags):
        """One of these test cases fails, crashes or never ends with the mutant."""
        try:
            done = run(self.program, ",".join(filters), *flags, TAPEGRAD_MUTANT=str(number))
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0


class Tests(NamedTests):
    """Which test cases run which rule; found by running each by itself, once."""

    def __init__(self, program, jobs):
        super().__init__(program)
        of_table = set(names(program, "[table]"))
        with ThreadPoolExecutor(jobs) as pool:
            all_names = names(program)
            reached = list(pool.map(self.rules_of, all_names))
        self.table, self.others = {}, {}
        for name, rules in zip(all_names, reached):
            for rule in rules:
                (self.table if name in of_table else self.others).setdefault(rule, []).append(name)
        # Who runs few rules is about them, and notices first.
        size = dict(zip(all_names, map(len, reached)))
        for chosen in (*self.table.values(), *self.others.values()):
            chosen.sort(key=size.get)

    def rules_of(self, name):
        with tempfile.NamedTemporaryFile("r") as file:
            done = run(self.program, escaped(name), TAPEGRAD_REACHED=file.name)
            if done.returncode != 0:
                raise SystemExit(f"mutate: '{name}' fails without any mutant:\n{done.stdout[-2000:]}")
            return {int(line) for line in file}

    def any_fails(self, number, chosen):
        """The first ones by themselves, because most mutants don't outlive them."""
        return any(part and self.fails(number, map(escaped, part), "-a")
                   for part in (chosen[:2], chosen[2:]))

    def judge(self, number, rule):
        """What notices it: "table", "tests", or nothing."""
        if self.any_fails(number, self.table.get(rule, [])):
            return "table"
        return "tests" if self.any_fails(number, self.others.get(rule, [])) else "survived"
