#!/usr/bin/env python3
"""Makes mistakes in the derivatives of lib/ops, one at a time, and looks whether the tests notice.

    mutate.py [N | --sample] [--only TEXT ...] [--seed S] [--fresh | --trust] [--jobs J] [--base BUILD]

All mutants, or those of whose source or title a TEXT is a part; N of them chosen at random; or the few that
CI makes, SAMPLE. All are compiled at once,
into copies of the sources in build/mutants, and linked before what the build has made; an environment
variable chooses which of them is alive. So a mutant costs a run of the tests, not a build, and nothing
is changed in the working tree. A test case that doesn't run the changed rule can't notice: only
those that do are run, the rows of the operation table first, and of these the ones that run little else.
What was found stays in build/mutants/found.json, and a run that was stopped goes on from there; when
something has changed since, only with --trust, for whoever has written tests for survivors. A
mutant that changes nothing which a test could see stands in tools/equivalent_mutants.txt, with the
reason; entries that fit no mutant any more are told. Survivors make the status 1.
"""

import argparse
import fcntl
import hashlib
import json
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from mutant_build import ROOT, Build, all_mutants, first_of_rules
from mutant_tests import NamedTests, Tests

PLACE = ROOT / "build/mutants"
# The mutants that CI makes: rules by name, each with a kind of change, and the test that notices it.
# Few sources are compiled for them, and none with many types.
SAMPLE = [
    ("Softmax::vjp", "operators", "softmax and its relatives have*"),
    ("Softmax::vjp", "values", "softmax and its relatives have*"),
    ("LogSoftmax::vjp", "values", "softmax and its relatives have*"),
    ("LogSumExp::vjp", "values", "softmax and its relatives have*"),
    ("Matmul::to_a", "operators", "matmul has its*"),
    ("Matmul::to_b", "operators", "matmul has its*"),
    ("Matmul::vjp", "values", "matmul has its*"),
    ("IndexSelect::vjp", "values", "operations on indices have*"),
    ("Gather::vjp", "values", "operations on indices have*"),
    ("Cat::vjp", "operators", "joining operations have*"),
    ("Stack::vjp", "numbers", "joining operations have*"),
    ("Permute::vjp", "numbers", "views have*"),
    ("Expand::vjp", "values", "views have*"),
]


def state_of_tree(folders=("include", "lib", "tests/ops", "tests/support", "tools")):
    """A number that any change of the sources, of the tests or of the mutants changes."""
    state = hashlib.sha256()
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.[chp]*")):
            if path.suffix in (".cpp", ".hpp") or path.name.startswith("mutant"):
                state.update(path.read_bytes())
    return state.hexdigest()


def equivalents(file=ROOT / "tools/equivalent_mutants.txt"):
    """{title: reason}."""
    reasons = {}
    title = None
    for line in file.read_text().splitlines():
        if line.startswith("  "):
            reasons[title] = (reasons[title] + " " + line.strip()).strip()
        elif line and not line.startswith("#"):
            title = line
            reasons[title] = ""
    for title, reason in reasons.items():
        if not reason:
            sys.exit(f"mutate: equivalent_mutants.txt: no reason for {title}")
    return reasons


def candidates(listed, reasons, rule, kind):
    """The first mutants of a rule by a kind of change, without those that change nothing. None is an
    error: the sample shrinks by nobody's oversight."""
    numbers = [n for n, (_, mutant, title) in enumerate(listed)
               if (mutant.rule.name, mutant.kind) == (rule, kind) and title not in reasons]
    if not numbers:
        sys.exit(f"mutate: there is no change of {kind} in {rule}, which the sample names")
    return numbers[:3]  # some may not be C++


def run_sample(build, listed, reasons):
    """The status: 1 if a mutant of the sample survives."""
    places = [candidates(listed, reasons, rule, kind) for rule, kind, _ in SAMPLE]
    broken = build.make(listed, sorted({n for numbers in places for n in numbers}))
    chosen = []
    for (rule, kind, test), numbers in zip(SAMPLE, places):
        numbers = [n for n in numbers if n not in broken]
        if not numbers:
            sys.exit(f"mutate: no change of {kind} in {rule} compiles, which the sample names")
        chosen.append((numbers[0], test))
    tests = NamedTests(build.program)
    if tests.fails(-1, sorted({test for _, test in chosen})):
        sys.exit("mutate: tests of the sample fail without a mutant")
    with ThreadPoolExecutor(build.jobs) as pool:
        caught = list(pool.map(lambda one: tests.fails(one[0], [one[1]], "-a"), chosen))
    for (number, test), is_caught in zip(chosen, caught):
        if not is_caught:
            print(f"survived '{test}':", listed[number][2])
    print(f"{len(chosen)} mutants of the sample, {caught.count(False)} survived")
    return 0 if all(caught) else 1


class Found:
    """What is known of mutants, by their titles, of this state of the sources."""

    def __init__(self, fresh, trusting=False):
        self.file = PLACE / "found.json"
        self.state = state_of_tree()
        kept = json.loads(self.file.read_text()) if self.file.exists() and not fresh else {}
        self.of = kept.get("found", {})
        if kept.get("state") != self.state:
            self.of = {title: by for title, by in self.of.items() if trusting and by != "survived"}

    def save(self):
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({"state": self.state, "found": self.of}, indent=0))
        new.replace(self.file)


def run(build, listed, chosen, found, jobs):
    """Runs the chosen mutants that nothing is known of."""
    open_ones = [n for n in chosen if listed[n][2] not in found.of]
    if not open_ones:
        return
    broken = build.make(listed, open_ones)
    tests = Tests(build.program, jobs)
    rules = first_of_rules(listed)
    begin = time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(tests.judge, n, rules[n]): n for n in open_ones if n not in broken}
        found.of.update({listed[n][2]: "broken" for n in broken})
        for done, future in enumerate(as_completed(running), 1):
            title = listed[running[future]][2]
            found.of[title] = future.result()
            if found.of[title] == "survived":
                print("survived:", title, flush=True)
            if done % 20 == 0 or done == len(running):
                found.save()
                left = (time.monotonic() - begin) / done * (len(running) - done)
                print(f"{done} of {len(running)}, {left / 60:.0f} minutes to go", flush=True)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", nargs="?", type=int, help="how many, chosen at random; all by default")
    parser.add_argument("--seed", default="1", help="of the choice")
    parser.add_argument("--only", nargs="+", metavar="TEXT", default=[""],
                        help="of those whose source or title has one of these texts, as lib/ops/linalg")
    parser.add_argument("--sample", action="store_true", help="those that CI makes, and the tests named with them")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--trust", action="store_true",
                        help="what earlier runs caught stays caught, whatever has changed since")
    parser.add_argument("--base", type=Path, default=ROOT / "build/release",
                        help="a build folder in which tests/ops_test is made")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def run_all(build, arguments, listed, reasons):
    """All mutants but those that change nothing, or some; gives the status."""
    chosen = [n for n, (path, _, title) in enumerate(listed)
              if title not in reasons and any(text in f"{path} {title}" for text in arguments.only)]
    if not chosen:
        sys.exit(f"mutate: no mutant is of {' or '.join(arguments.only)}")
    if arguments.count:
        chosen = random.Random(arguments.seed).sample(chosen, min(arguments.count, len(chosen)))
    found = Found(arguments.fresh, arguments.trust)
    run(build, listed, sorted(chosen), found, arguments.jobs)
    results = [found.of[listed[n][2]] for n in chosen]
    stale = set(reasons) - {title for _, _, title in listed}
    for title in sorted(stale):
        print("equivalent_mutants.txt: there is no more", title)
    print(f"{len(results)} mutants: {results.count('table')} caught by the operation table, "
          f"{results.count('tests')} by other tests of operations, "
          f"{results.count('survived')} survived, {results.count('broken')} don't compile; "
          f"{len(reasons) - len(stale)} change nothing")
    return 1 if "survived" in results else 0


def main():
    arguments = parsed()
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second run waits, then goes on from what is known
        listed, reasons = all_mutants(), equivalents()
        build = Build(arguments.base.resolve(), PLACE, arguments.jobs)
        if arguments.sample:
            return run_sample(build, listed, reasons)
        return run_all(build, arguments, listed, reasons)


if __name__ == "__main__":
    sys.exit(main())
