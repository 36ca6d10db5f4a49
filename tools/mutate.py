#!/usr/bin/env python3
"""Makes mistakes in the derivatives of lib/ops, one at a time, and looks whether the tests notice.

    mutate.py [N] [--files F] [--seed S] [--fresh] [--jobs J] [--base BUILD]

All mutants, or N chosen at random, of F random files if so many are enough. All are compiled at once,
into copies of the sources in build/mutants, and linked before what the build has made; an environment
variable chooses which of them is alive. So a mutant costs a run of the tests, not a build, and nothing
is changed in the working tree. A test case that doesn't run the changed rule can't notice: only
those that do are run, the rows of the operation table first. What was found stays in
build/mutants/found.json, and a run that was stopped goes on from there. A mutant that changes nothing
which a test could see stands in tools/equivalent_mutants.txt, with the reason. Survivors make
the status 1.
"""

import argparse
import fcntl
import hashlib
import json
import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from mutant_build import ROOT, Build, all_mutants, first_of_rules
from mutant_tests import Tests

PLACE = ROOT / "build/mutants"


def state_of_tree(folders=("include", "lib", "tests/ops", "tests/support", "tools")):
    """A number that any change of the sources, of the tests or of the mutants changes."""
    state = hashlib.sha256()
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.[chp]*")):
            if path.suffix in (".cpp", ".hpp") or path.name.startswith("mutant"):
                state.update(path.read_bytes())
    return state.hexdigest()


def equivalents(listed):
    """{title: reason}; a title that there is no more is an error."""
    reasons = {}
    title = None
    for line in (ROOT / "tools/equivalent_mutants.txt").read_text().splitlines():
        if line.startswith("  "):
            reasons[title] = (reasons[title] + " " + line.strip()).strip()
        elif line and not line.startswith("#"):
            title = line
            reasons[title] = ""
    known = {title for _, _, title in listed}
    for title, reason in reasons.items():
        if title not in known or not reason:
            what = "no reason for" if title in known else "there is no mutant"
            sys.exit(f"mutate: equivalent_mutants.txt: {what} {title}")
    return reasons


def sample(listed, chosen, count, files, seed):
    """`count` of the chosen ones, out of `files` random sources that have as many, or of all."""
    draw = random.Random(seed)
    if files:
        paths = sorted({listed[n][0] for n in chosen if listed[n][0].suffix == ".cpp"})
        draw.shuffle(paths)
        kept = set(paths[:files])
        chosen = [n for n in chosen if listed[n][0] in kept]
    return sorted(draw.sample(chosen, min(count, len(chosen)))) if count else chosen


class Found:
    """What is known of mutants, by their titles, of this state of the sources."""

    def __init__(self, fresh):
        self.file = PLACE / "found.json"
        self.state = state_of_tree()
        kept = json.loads(self.file.read_text()) if self.file.exists() and not fresh else {}
        self.of = kept["found"] if kept.get("state") == self.state else {}

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
                print(f"{done} of {len(running)}", flush=True)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", nargs="?", type=int, help="how many, chosen at random; all by default")
    parser.add_argument("--files", type=int, help="of so many sources, chosen at random; all by default")
    parser.add_argument("--seed", help="which; by default what the sources' own bytes choose")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--base", type=Path, default=ROOT / "build/release",
                        help="a build folder in which tests/ops_test is made")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def main():
    arguments = parsed()
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second run waits, then goes on from what is known
        listed = all_mutants()
        reasons = equivalents(listed)
        chosen = sample(listed, [n for n, (_, _, title) in enumerate(listed) if title not in reasons],
                        arguments.count, arguments.files, arguments.seed or state_of_tree(["lib/ops"]))
        found = Found(arguments.fresh)
        run(Build(arguments.base.resolve(), PLACE, arguments.jobs), listed, chosen, found, arguments.jobs)
    results = [found.of[listed[n][2]] for n in chosen]
    print(f"{len(results)} mutants: {results.count('table')} caught by the operation table, "
          f"{results.count('tests')} by other tests of operations, "
          f"{results.count('survived')} survived, {results.count('broken')} don't compile; "
          f"{len(reasons)} change nothing")
    sys.exit(1 if "survived" in results else 0)


if __name__ == "__main__":
    main()
