#!/usr/bin/env python3
"""Compiles sources of the library one by one, without the precompiled headers and the neighbours with which the build
compiles them, so that each includes what it uses. Prints nothing else than errors, and how many there were.

usage: check_alone.py BUILD [--sample]
  BUILD     a configured build folder, for its generated headers and the flags of its compiler
  --sample  every eighth source, which is what CI has time for
"""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def flags(build):
    """As the build has them for the library, but for code; assertions are compiled, and no warning is switched off."""
    commands = json.loads((build / "compile_commands.json").read_text())
    command = next(each["command"] for each in commands
                   if each["output"].startswith("lib/") and each["file"].endswith(".cpp"))
    kept = [flag for flag in shlex.split(command)
            if flag.startswith(("-I", "-isystem", "-D", "-std=", "-W")) and not flag.startswith("-Wno-")]
    return [*kept, "-UNDEBUG", "-fsyntax-only"]


def errors_of(source, arguments, build):
    compiler = os.environ.get("CXX", "g++")
    return subprocess.run([compiler, *arguments, str(source)], capture_output=True, text=True, cwd=build).stderr


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[1:] not in ([], ["--sample"]):
        sys.exit(__doc__)
    build = pathlib.Path(arguments[0]).resolve()
    if not (build / "include" / "tapegrad" / "tensor_methods.hpp").exists():
        sys.exit(f"check_alone: {build} has no generated headers; build it first")
    sources = sorted((ROOT / "lib").rglob("*.cpp"))[:: 8 if arguments[1:] else 1]
    given = flags(build)
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        failed = [text for text in pool.map(lambda source: errors_of(source, given, build), sources) if text]
    print("\n".join(failed), end="")
    print(f"{len(sources)} sources compiled alone, {len(failed)} with errors")
    sys.exit(bool(failed))


main(sys.argv[1:])
