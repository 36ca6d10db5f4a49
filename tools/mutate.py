#!/usr/bin/env python3
"""Makes mistakes in the derivatives of lib/ops, one at a time, and looks whether the tests notice.

    mutate.py [N] [--fresh] [--jobs J]     all mutants, or N of them chosen at random

All mutants are compiled at once, into copies of the sources in build/mutants, and linked before
what the release build has made; an environment variable chooses which of them is alive. So a mutant
costs a run of the tests, not a build, and nothing is changed in the working tree. First the rows of
the operation table run, then, where they pass, all tests of the operations. What was found
stays in build/mutants/found.json, and a run that was stopped goes on from there. A mutant that
changes nothing which a test could see stands in tools/equivalent_mutants.txt, with the reason.
Survivors make the status 1.
"""

import argparse
import hashlib
import json
import os
import random
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mutants import functions, mutants, rules

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build/mutants"
TEST = PLACE / "ops_test"
CHOSEN = "TAPEGRAD_MUTANT"
HEADER = f"""#pragma once
#include <cstdlib>
namespace tapegrad {{
inline int living_mutant() {{
  static const int number = [] {{
    const char* text = std::getenv("{CHOSEN}");
    return text ? std::atoi(text) : -1;
  }}();
  return number;
}}
}}  // namespace tapegrad
"""


def sources():
    """The sources with derivatives, and which of their functions are rules."""
    public = set()
    for header in (ROOT / "include").rglob("*.hpp"):
        public |= set(re.findall(r"\b(\w+)\(", header.read_text()))
    for path in sorted((ROOT / "lib/ops").glob("*.[ch]pp")):
        text = path.read_text()
        found = functions(text) if path.name == "formulas.hpp" else rules(text, public)
        if found:
            yield path.relative_to(ROOT), text, found


def all_mutants():
    """[(path, mutant, title)]; two of one title would be told apart by nothing, so the first counts."""
    listed = {}
    for path, text, found in sources():
        for rule in found:
            for mutant in mutants(text, rule):
                listed.setdefault(mutant.title(path), (path, mutant))
    return [(path, mutant, title) for title, (path, mutant) in listed.items()]


def grown(own):
    """Their source with all of `own` [(number, mutant)] in it, and {number: (first, last line)}."""
    text = own[0][1].text
    once = "#pragma once\n"
    at = text.index(once) + len(once) if once in text else 0
    parts, lines = [text[:at] + '#include "core/living_mutant.hpp"\n'], {}
    by_rule = {}
    for number, mutant in own:
        by_rule.setdefault(mutant.rule, []).append((number, mutant))
    for rule in sorted(by_rule, key=lambda r: r.begin):
        numbers = [number for number, _ in by_rule[rule]]
        parts.append(text[at:rule.begin])
        parts.append("{ const int living = tapegrad::living_mutant();\n")
        parts.append(f"if (living < {min(numbers)} || living > {max(numbers)}) "
                     f"{text[rule.begin:rule.end]}\n")
        for number, mutant in by_rule[rule]:
            first = "".join(parts).count("\n") + 1
            parts.append(f"else if (living == {number}) {mutant.body}\n")
            lines[number] = (first, first + mutant.body.count("\n"))
        last = text[rule.begin:rule.end]
        parts.append(f"else {last} }}")
        at = rule.end
    return "".join(parts) + text[at:], lines


def write_if_new(path, text):
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def blamed(output, lines):
    """The mutants in whose lines the compiler saw errors, or what led to them."""
    numbers = set()
    for path, line in re.findall(r"(lib/ops/[\w.]+):(\d+):\d+", output):
        for number, (first, last) in lines.get(path, {}).items():
            if first <= int(line) <= last:
                numbers.add(number)
    return numbers


def compile_command(base, path, overlay, out):
    """What the build would compile lib/ops/`path` by: of the copy in `overlay`, and quickly."""
    wanted = f"lib/libtapegrad.a.p/ops_{path.name}.o"
    for entry in json.loads((base / "compile_commands.json").read_text()):
        if entry["output"] == wanted:
            words = shlex.split(entry["command"])
            break
    else:
        sys.exit(f"mutate: {base} doesn't compile {path}")
    for flag in ("-MQ", "-MF", "-o", "-c"):
        at = words.index(flag)
        del words[at:at + 2]
    start = 1 if "ccache" not in words[0] else 2
    kept = [w for w in words[start:] if w != "-MD" and not w.startswith("-O")]
    return [*words[:start], f"-I{overlay / 'lib'}", *kept, "-O0", "-w", "-o", str(out), "-c",
            str(overlay / path)]


def compiled(base, path, overlay, headers):
    """Compiles one source, if it or a header changed. Gives the compiler's errors."""
    out = PLACE / (path.name + ".o")
    sources = [overlay / path, *headers]
    if out.exists() and all(s.stat().st_mtime < out.stat().st_mtime for s in sources):
        return ""
    done = subprocess.run(compile_command(base, path, overlay, out), cwd=base, capture_output=True,
                          text=True, check=False)
    return done.stderr if done.returncode else ""


def linked(base, objects):
    """The tests of operations with these objects before those of the archive."""
    commands = subprocess.run(["ninja", "-C", base, "-t", "commands", "tests/ops_test"],
                              capture_output=True, text=True, check=True).stdout.splitlines()
    words = shlex.split(next(c for c in commands if " -o tests/ops_test " in c))
    at = words.index("-o")
    subprocess.run([*words[:at], "-o", str(TEST), *map(str, objects), *words[at + 2:]], cwd=base,
                   check=True)


def build(base, listed, wanted, jobs):
    """Compiles those of `wanted` that can be compiled; gives the numbers of those that can't."""
    broken = set()
    overlay = PLACE / "tree"
    write_if_new(overlay / "lib/core/living_mutant.hpp", HEADER)
    while True:
        by_path = {}
        for number in wanted:
            path, mutant, _ = listed[number]
            own = by_path.setdefault(path, [])
            if number not in broken:
                own.append((number, mutant))
        lines = {}
        for path, own in by_path.items():
            text, lines[str(path)] = grown(own) if own else ((ROOT / path).read_text(), {})
            write_if_new(overlay / path, text)
        headers = [overlay / p for p in by_path if p.suffix == ".hpp"]
        sources = [p for p in by_path if p.suffix == ".cpp"]
        with ThreadPoolExecutor(jobs) as pool:
            errors = "\n".join(pool.map(lambda p: compiled(base, p, overlay, headers), sources))
        if not errors.strip():
            linked(base, [PLACE / (p.name + ".o") for p in sources])
            return broken
        more = blamed(errors, lines) - broken
        if not more:
            sys.exit("mutate: the sources with mutants don't compile:\n" + errors[-4000:])
        broken |= more
        print(f"{len(broken)} mutants don't compile", flush=True)


def fails(number, filters):
    """The tests fail, crash or never end with this mutant."""
    try:
        run = subprocess.run([TEST, *filters, "-a"], env={**os.environ, CHOSEN: str(number)},
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120,
                             check=False)
    except subprocess.TimeoutExpired:
        return True
    return run.returncode != 0


def judge(number):
    return "table" if fails(number, ["[table]"]) else "tests" if fails(number, []) else "survived"


def state_of_tree():
    state = hashlib.sha256()
    for folder in ("include", "lib", "tests/ops", "tests/support", "tools"):
        for path in sorted((ROOT / folder).rglob("*.[chp]*")):
            if path.suffix in (".cpp", ".hpp") or path.name in ("mutants.py", "mutate.py"):
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


def remembered(fresh):
    file = PLACE / "found.json"
    if fresh or not file.exists():
        return {}
    kept = json.loads(file.read_text())
    return kept["found"] if kept["state"] == state_of_tree() else {}


def run(base, listed, chosen, found, jobs):
    """Runs the chosen mutants that nothing is known of."""
    open_ones = [n for n in chosen if listed[n][2] not in found]
    if not open_ones:
        return
    broken = build(base, listed, open_ones, jobs)
    if fails(-1, []):
        sys.exit("mutate: the tests fail without any mutant")
    state = state_of_tree()
    with ThreadPoolExecutor(jobs) as pool:
        for done, (number, result) in enumerate(zip(open_ones, pool.map(
                lambda n: "broken" if n in broken else judge(n), open_ones)), 1):
            found[listed[number][2]] = result
            if result == "survived":
                print("survived:", listed[number][2], flush=True)
            if done % 25 == 0 or done == len(open_ones):
                (PLACE / "found.json").write_text(json.dumps({"state": state, "found": found}))
                print(f"{done} of {len(open_ones)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", nargs="?", type=int, help="how many, chosen at random; all by default")
    parser.add_argument("--seed", type=int, default=1, help="which N; 1 by default")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--base", type=Path, default=ROOT / "build/release",
                        help="a build folder in which tests/ops_test is made")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    PLACE.mkdir(parents=True, exist_ok=True)
    listed = all_mutants()
    reasons = equivalents(listed)
    chosen = [n for n, (_, _, title) in enumerate(listed) if title not in reasons]
    random.seed(arguments.seed)
    if arguments.count:
        chosen = sorted(random.sample(chosen, min(arguments.count, len(chosen))))
    found = remembered(arguments.fresh)
    run(arguments.base.resolve(), listed, chosen, found, arguments.jobs)
    results = [found[listed[n][2]] for n in chosen]
    print(f"{len(results)} mutants: {results.count('table')} caught by the operation table, "
          f"{results.count('tests')} by other tests of operations, "
          f"{results.count('survived')} survived, {results.count('broken')} don't compile; {len(reasons)} change nothing")
    sys.exit(1 if "survived" in results else 0)


if __name__ == "__main__":
    main()
