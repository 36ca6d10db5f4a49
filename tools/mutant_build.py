"""One program with all mutants in it: copies of the sources, compiled and linked before what a build has made."""

import json
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mutants import functions, mutants, rules

ROOT = Path(__file__).resolve().parent.parent
# Which mutant lives is said by TAPEGRAD_MUTANT. A rule is called what its first mutant is; those that
# ran are written to the file TAPEGRAD_REACHED when the program ends.
# A gradient may be multiplied wherever it is.
HEADER = """#pragma once
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include "{arithmetic}"
namespace tapegrad {
struct Mutants {
  int living = -1;
  std::atomic<bool> reached[8192] = {};
  Mutants() {
    if (const char* number = std::getenv("TAPEGRAD_MUTANT")) living = std::atoi(number);
  }
  ~Mutants() {
    const char* name = std::getenv("TAPEGRAD_REACHED");
    std::FILE* file = name ? std::fopen(name, "w") : nullptr;
    if (!file) return;
    for (int rule = 0; rule < 8192; ++rule) {
      if (reached[rule]) std::fprintf(file, "%d\\n", rule);
    }
    std::fclose(file);
  }
};
inline int living_mutant(int rule) {
  static Mutants mutants;
  mutants.reached[rule].store(true, std::memory_order_relaxed);
  return mutants.living;
}
}  // namespace tapegrad
"""


def sources():
    """The sources with derivatives, and which of their functions are rules."""
    public = set()
    for header in (ROOT / "include").rglob("*.hpp"):
        public |= set(re.findall(r"\b(\w+)\(", header.read_text()))
    for path in sorted((ROOT / "lib/ops").rglob("*.[ch]pp")):
        text = path.read_text()
        found = functions(text) if path.name == "formulas.hpp" else rules(text, public)
        if found:
            yield path.relative_to(ROOT), text, found


def all_mutants():
    """[(path, mutant, title)]; of two in one source that have one title the first counts."""
    listed = {}
    for path, text, found in sources():
        for rule in found:
            for mutant in mutants(text, rule):
                title = mutant.title()
                if title in listed and listed[title][0] != path:
                    title += f"  ({path.stem})"
                listed.setdefault(title, (path, mutant))
    return [(path, mutant, title) for title, (path, mutant) in listed.items()]


def first_of_rules(listed):
    """For each mutant the number of the first one in its rule, by which the rule is called."""
    first = {}
    return [first.setdefault((path, mutant.rule), number)
            for number, (path, mutant, _) in enumerate(listed)]


def grown(own, first):
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
        unchanged = text[rule.begin:rule.end]
        parts.append(text[at:rule.begin])
        parts.append(f"{{ const int living = tapegrad::living_mutant({first[numbers[0]]});\n")
        parts.append(f"if (living < {min(numbers)} || living > {max(numbers)}) {unchanged}\n")
        for number, mutant in by_rule[rule]:
            begin = "".join(parts).count("\n") + 1
            parts.append(f"else if (living == {number}) {mutant.body}\n")
            lines[number] = (begin, begin + mutant.body.count("\n"))
        parts.append(f"else {unchanged} }}")
        at = rule.end
    return "".join(parts) + text[at:], lines


INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def reaches(path, headers, known):
    """Whether a source of lib/, or what it includes, includes one of these headers."""
    if path not in known:
        known[path] = False
        inner = [Path("lib") / name for name in INCLUDE.findall((ROOT / path).read_text())]
        known[path] = any(h in headers or (ROOT / h).is_file() and reaches(h, headers, known) for h in inner)
    return known[path]


def write_if_new(path, text):
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def blamed(output, lines):
    """For each error of the compiler the mutant that is nearest to it: where it stands, or else the
    innermost that led there. Others on the way may be innocent."""
    numbers = set()
    trail = []
    for text in output.splitlines():
        place = re.match(r".*?(lib/ops/[\w./]+):(\d+):\d+:", text)
        if place and not re.search(r": (note|warning): ", text):
            trail.append((place.group(1), int(place.group(2))))
        if ": error: " in text:
            at_error = trail[-1:] if place else []
            for path, line in [*at_error, *trail]:
                found = [number for number, (first, last) in lines.get(path, {}).items()
                         if first <= line <= last]
                if found:
                    numbers.update(found)
                    break
            trail = []
    return numbers


GROUPED = re.compile(r"^#include<(.+)>$", re.MULTILINE)


class Build:
    """`base`: the build folder whose archive and tests are used. `place`: where the copies are."""

    def __init__(self, base, place, jobs):
        self.base, self.place, self.jobs = base, place, jobs
        self.tree = place / "tree"
        self.program = place / "ops_test"

    def units(self):
        """What the build compiles by which command: {source: (object, its sources, command)}. An object is of a source,
        or of a file of Meson's that includes some."""
        found = {}
        for entry in json.loads((self.base / "compile_commands.json").read_text()):
            if not re.match(r"lib/lib(loops|small|other)\.a\.p/", entry["output"]):
                continue
            file = (self.base / entry["file"]).resolve()
            paths = [Path(p) for p in GROUPED.findall(file.read_text())] if "-unity" in file.name else [file]
            unit = [p.relative_to(ROOT) for p in paths if p.is_relative_to(ROOT)]
            for path in unit:
                found[path] = (self.base / entry["output"], paths, shlex.split(entry["command"]))
        return found

    def command(self, source, words, out):
        """What the build would compile `source` by, and quickly."""
        words = list(words)
        for flag in ("-MQ", "-MF", "-o", "-c", "-include"):  # the precompiled header is of other flags
            if flag in words:
                at = words.index(flag)
                del words[at:at + 2]
        start = 1 if "ccache" not in words[0] else 2
        kept = [w for w in words[start:] if w != "-MD" and not re.match("-[Og]", w)]
        return [*words[:start], f"-I{self.tree / 'lib'}", *kept, "-O0", "-w",
                "-fdiagnostics-color=never", "-o", str(out), "-c", str(source)]

    def compiled(self, unit, headers):
        """Compiles one unit, with the copies that there are of its sources, if one of these or a header changed. Gives
        the compiler's errors."""
        built, paths, words = unit
        name = built.name
        copies = [self.tree / p.relative_to(ROOT) if p.is_relative_to(ROOT) else p for p in paths]
        used = [copy if copy.exists() else path for copy, path in zip(copies, paths)]
        source, out = self.place / f"{name}.cpp", self.place / name
        write_if_new(source, "".join(f"#include <{path}>\n" for path in used))
        # The build's own object is newer where a header has changed since.
        known = [source, *used, *headers, *([built] if built.exists() else [])]
        if out.exists() and all(s.stat().st_mtime < out.stat().st_mtime for s in known):
            return ""
        done = subprocess.run(self.command(source, words, out), cwd=self.base, capture_output=True,
                              text=True, check=False)
        return done.stderr if done.returncode else ""

    def linked(self, objects):
        """The tests of operations with these objects before those of the archive."""
        commands = subprocess.run(["ninja", "-C", self.base, "-t", "commands", "tests/ops_test"],
                                  capture_output=True, text=True, check=True).stdout.splitlines()
        words = shlex.split(next(c for c in commands if " -o tests/ops_test " in c))
        at = words.index("-o")
        subprocess.run([*words[:at], "-o", str(self.program), *map(str, objects), *words[at + 2:]],
                       cwd=self.base, check=True)

    def write(self, listed, wanted, broken):
        """The copies with all of `wanted` in them that aren't `broken`. Gives {path: {number: lines}}."""
        arithmetic = next(path for path in sorted((ROOT / "include/tapegrad/ops").rglob("*.hpp"))
                          if "operator*(" in path.read_text())
        write_if_new(self.tree / "lib/core/living_mutant.hpp",
                     HEADER.replace("{arithmetic}", str(arithmetic.relative_to(ROOT / "include"))))
        first = first_of_rules(listed)
        by_path = {}
        for number in wanted:
            path, mutant, _ = listed[number]
            own = by_path.setdefault(path, [])
            if number not in broken:
                own.append((number, mutant))
        # Whoever includes a rule of a header runs its mutants, too.
        headers, known = {path for path in by_path if path.suffix == ".hpp"}, {}
        for source in sorted((ROOT / "lib/ops").rglob("*.cpp")):
            path = source.relative_to(ROOT)
            if path not in by_path and reaches(path, headers, known):
                by_path[path] = []
        lines = {}
        for path, own in by_path.items():
            text, lines[str(path)] = grown(own, first) if own else ((ROOT / path).read_text(), {})
            write_if_new(self.tree / path, text)
        for path in (self.tree / "lib/ops").rglob("*.hpp"):
            if path.relative_to(self.tree) not in by_path:
                path.unlink()  # of an earlier run
        return lines

    def make(self, listed, wanted):
        """The program with those of `wanted` that can be compiled; gives the numbers of the others."""
        broken = set()
        while True:
            lines = self.write(listed, wanted, broken)
            paths = [Path(p) for p in lines]
            headers = [self.tree / p for p in paths if p.suffix == ".hpp"]
            all_units = self.units()
            missing = [p for p in paths if p.suffix == ".cpp" and p not in all_units]
            if missing:
                sys.exit(f"mutate: {self.base} doesn't compile {missing[0]}")
            own = {all_units[p][0]: all_units[p] for p in paths if p.suffix == ".cpp"}.values()
            with ThreadPoolExecutor(self.jobs) as pool:
                errors = "\n".join(pool.map(lambda unit: self.compiled(unit, headers), own))
            if not errors.strip():
                self.linked([self.place / unit[0].name for unit in own])
                return broken
            more = blamed(errors, lines) - broken
            if not more:
                sys.exit("mutate: the sources with mutants don't compile:\n" + errors[-4000:])
            broken |= more
            print(f"{len(broken)} mutants don't compile", flush=True)
