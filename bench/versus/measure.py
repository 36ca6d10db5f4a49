"""One row after the other, all libraries in turns, so that what the machine does meanwhile meets them all."""

import dataclasses
import math
import re
import statistics
import subprocess
import time

import programs
from worker import Failed, Worker


@dataclasses.dataclass
class Row:
    """As the programs list it."""
    group: str
    name: str
    why_slower: str


@dataclasses.dataclass
class Figures:
    """Nanoseconds of one operation, page faults of one run."""
    least: float
    median: float
    faults: float


@dataclasses.dataclass
class Effort:
    """How long each library works on a row: `rounds` turns of `seconds`, and fewer rounds where the rows of a level, one of
    which may take seconds for a single run, would need more than `most` seconds in all."""
    rounds: int
    seconds: float
    most: float = math.inf


def rows_of(level, pattern):
    """All rows, as our program lists them."""
    listed = subprocess.run([*programs.command_of("ours", level), "--rows"], capture_output=True, text=True,
                            check=True).stdout
    rows = [Row(*line.split("\t")) for line in listed.splitlines()]
    return [row for row in rows if re.search(pattern, row.name, re.IGNORECASE)]


def workers_of(level, missing, counts):
    """{(library, threads): Worker}; xtensor has one thread."""
    return {(library, threads): Worker(programs.command_of(library, level), threads,
                                       programs.environment_of(level, threads))
            for threads in counts for library in programs.LIBRARIES
            if library not in missing and (library != "xtensor" or threads == 1)}


def turns(workers, row, effort, until=math.inf):
    """{(library, threads): Figures} of those that have such work. No round begins after `until`, but for the first."""
    ready = {key: worker for key, worker in workers.items() if worker.open(row.name)}
    times = {key: [] for key in ready}
    faults = {}
    order = list(ready)
    for number in range(effort.rounds):
        if number > 0 and time.monotonic() > until:
            break
        for key in order:
            faults[key], samples = ready[key].run(effort.seconds)
            times[key] += samples
        order = order[1:] + order[:1]
    for worker in workers.values():
        worker.close()
    return {key: Figures(min(times[key]), statistics.median(times[key]), faults[key]) for key in ready}


def measure(level, missing, rows, effort, counts):
    """{row's name: {(library, threads): Figures}} with everything kept to the level."""
    workers = workers_of(level, missing, counts)
    results = {}
    end = time.monotonic() + effort.most
    try:
        for number, row in enumerate(rows):
            now = time.monotonic()
            programs.say(f"{level}: {number + 1}/{len(rows)} {row.name}")
            try:
                # A share of what is left: rows that need less leave it to those behind them.
                results[row.name] = turns(workers, row, effort, now + (end - now) / (len(rows) - number))
            except Failed as error:
                programs.say(f"left out: {error}")
                for worker in workers.values():
                    worker.end()
    finally:
        for worker in workers.values():
            worker.end()
    return results


def start_times(level, missing, times):
    """{library: seconds of a program that does nothing, less those of an empty one}: the least."""
    commands = {library: [*programs.command_of(library, level), "--nothing"]
                for library in ("ours", "torch") if library not in missing}
    commands["empty"] = [str(programs.RELEASE / "bench/versus/empty")]
    least = dict.fromkeys(commands, float("inf"))
    for _ in range(times):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True)
            least[name] = min(least[name], time.perf_counter() - started)
    empty = least.pop("empty")
    return {library: seconds - empty for library, seconds in least.items()}


def memory(level, missing, row, seconds):
    """{library: (KiB of the program before it does anything, largest at the row's work)}."""
    found = {}
    for library in ("ours", "torch", "limits"):
        if library in missing:
            continue
        worker = Worker(programs.command_of(library, level), 1, programs.environment_of(level, 1))
        try:
            before = int(worker.ask("peak"))
            if worker.open(row):
                worker.run(seconds)
                found[library] = (before, int(worker.ask("peak")))
        finally:
            worker.end()
    return found
