#!/usr/bin/env python3
"""The same work on our library, torch, hand-written loops and xtensor, and docs/benchmarks.md about it."""

import argparse
import dataclasses
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import measure
import page
import programs

PAGE = programs.ROOT / "docs/benchmarks.md"
FULL = measure.Effort(rounds=5, seconds=0.025)
QUICK = measure.Effort(rounds=2, seconds=0.004)
MINUTES = 20  # of measuring, for all levels
OF_MEMORY = ("MLP 784-256-128-10 step, batch 64, Adam", "MLP 784-256-128-10 step, batch 512, Adam",
             "MLP 784-256-128-10 step, batch 64, SGD", "captured: MLP 784-256-128-10 step, batch 64, SGD")
TITLES = {"x86-64-v3": "AVX2 (x86-64-v3)", "x86-64-v4": "AVX-512 (x86-64-v4)"}


def regular_expression(text):
    """As argparse wants it."""
    try:
        return re.compile(text).pattern
    except re.error as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no regular expression: {error}") from error


def parse(arguments):
    """Refuses what it doesn't know with status 2."""
    parser = argparse.ArgumentParser(prog="./dev bench versus", description=__doc__, allow_abbrev=False,
                                     epilog="Without flags it writes docs/benchmarks.md, within half an hour once all is "
                                            "built. With any of them it prints the page instead.")
    parser.add_argument("--quick", action="store_true", help="few samples: some two minutes")
    parser.add_argument("--level", choices=sorted(TITLES), help="only this level of instructions, forced on all "
                        "libraries; else each that the processor has")
    parser.add_argument("--rows", metavar="REGEX", type=regular_expression, default="",
                        help="only rows whose name has a match, of small or large letters: mlp|logistic")
    parser.add_argument("--check-flags", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def sizes_of_libraries(level, missing):
    """Bytes of the files, without symbols."""
    ours = programs.RELEASE / f"lib/glibc-hwcaps/{level}/libtapegrad.so"
    files = {"ours": [ours.resolve()]}
    if "torch" not in missing:
        linked = subprocess.run(["ldd", *programs.command_of("torch", level)], capture_output=True, text=True,
                                check=True).stdout
        files["torch"] = [Path(path) for path in re.findall(r"=> (\S+/torch/\S+)", linked)]
    sizes = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, paths in files.items():
            sizes[name] = 0
            for path in paths:
                subprocess.run(["strip", "-o", f"{folder}/stripped", str(path)], check=True)
                sizes[name] += os.path.getsize(f"{folder}/stripped")
    return sizes


def part(level, missing, options, most):
    """What page() wants of one level; `most`: seconds for its rows."""
    effort = dataclasses.replace(QUICK if options.quick else FULL, most=most)
    counts = (1, 2) if len(os.sched_getaffinity(0)) > 1 else (1,)
    rows = measure.rows_of(level, options.rows)
    results = measure.measure(level, missing, rows, effort, counts)
    about_programs = []
    if not options.rows:
        programs.say(f"{level}: starts, memory, sizes")
        starts = measure.start_times(level, missing, 4 * effort.rounds)
        memories = {row: measure.memory(level, missing, row, 0.5) for row in OF_MEMORY}
        about_programs = list(page.program_lines(starts, memories, sizes_of_libraries(level, missing)))
    return TITLES[level], rows, results, counts, about_programs


def load_text(before, after):
    """How busy the machine was with other work before, and in all at the end."""
    text = f"Load of the machine before the run {before:.1f}, at its end {after:.1f}"
    return text + (": it was busy with other work, so that times are too long and ratios rough."
                   if before > 0.5 else ".")


def main(arguments):
    """Ends with 0 where a page was made."""
    options = parse(arguments)
    if options.check_flags:
        return 0
    levels = programs.levels_here()
    if options.level and options.level not in levels:
        raise SystemExit(f"versus: this processor hasn't {options.level}")
    if not levels:
        raise SystemExit("versus: skipped: it compares loops for AVX2 and AVX-512, and this processor has neither")
    measured = [options.level] if options.level else levels
    missing = programs.build(measured)
    for library, why in missing.items():
        programs.say(f"{library}: skipped: {why}")
    before, started = os.getloadavg()[0], time.time()
    parts = [part(level, missing, options, 60 * MINUTES / len(measured)) for level in measured]
    facts = [*programs.machine(), *programs.versions(measured, missing), load_text(before, os.getloadavg()[0]),
             f"Command: `./dev bench versus{''.join(' ' + word for word in arguments)}`, {time.strftime('%Y-%m-%d')}, "
             f"{time.time() - started:.0f} s.",
             "Flags: ours as released (-O3, no contraction, each level's -march in its library); limit and xtensor -O3 "
             "-march=LEVEL -ffp-contract=fast -fno-math-errno; torch as pip has it, its program -O3. On the second level "
             "all libraries are told to use no more: the loader's --glibc-hwcaps-mask, OPENBLAS_CORETYPE, "
             "ATEN_CPU_CAPABILITY, ONEDNN_MAX_CPU_ISA, MKL_ENABLE_INSTRUCTIONS.",
             *(f"{library} was left out: {why}" for library, why in missing.items())]
    text = page.page(facts, parts)
    if arguments:
        sys.stdout.write(text)
        return 0
    # As a whole or not at all: whoever interrupts a run keeps the page of the last one.
    new = PAGE.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(PAGE)
    programs.say(f"wrote {PAGE.relative_to(programs.ROOT)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        programs.say("interrupted; nothing was written")
        sys.exit(130)
