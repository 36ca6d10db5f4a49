#!/usr/bin/env python3
"""Kills a training run again and again: no checkpoint may be lost or mixed, and the end must be
that of the run that nobody disturbed.

    kill_test.py TRAINER [--kills N] [--steps N] [--seed N]

After each SIGKILL every checkpoint in the folder must be, byte for byte, the one that the
undisturbed run saved at that step, and the newest must not be older than the last one that save()
had returned for. The checksum is verified with zlib, as a reader without our library would.
"""

import argparse
import hashlib
import itertools
import os
import random
import re
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from pathlib import Path

KEEP = 3
CHECKPOINT = re.compile(r"ckpt-(\d+)\.safetensors")
CHECKSUM = re.compile(rb'[{,]"tapegrad\.crc32":"([0-9a-f]{8})"')


def has_right_checksum(data):
    found = CHECKSUM.search(data)
    zeroed = data[:found.start(1)] + b"0" * 8 + data[found.end(1):]
    return zlib.crc32(zeroed) == int(found[1], 16)


def checkpoints_of(folder):
    """The bytes of the checkpoints by step."""
    if not folder.exists():
        return {}
    names = ((CHECKPOINT.fullmatch(path.name), path) for path in folder.iterdir())
    return {int(match[1]): path.read_bytes() for match, path in names if match}


class Trainer:
    """One life of the training program, and what it has said."""

    def __init__(self, program, folder, steps, keep):
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [program, folder / "checkpoints", folder / "out", str(steps), str(keep)],
            stdout=subprocess.PIPE, env=environment)
        self.lines = []
        self.times = []
        self.rest = b""

    def read(self, deadline=None, until=lambda line: False):
        """Reads until a line, the deadline or the program's end, and says whether it has ended."""
        while True:
            wait = None if deadline is None else max(0, deadline - time.monotonic())
            if not select.select([self.process.stdout], [], [], wait)[0]:
                return False
            data = os.read(self.process.stdout.fileno(), 4096)
            *lines, self.rest = (self.rest + data).split(b"\n")
            lines = [line.decode() for line in lines]
            self.lines += lines
            self.times += [time.monotonic()] * len(lines)
            if not data:
                return True
            if any(until(line) for line in lines):
                return False

    def status(self):
        """Of the program, once it has ended and all that it said was read."""
        if not self.process.stdout.closed:
            self.read()
            self.process.stdout.close()
        return self.process.wait()

    def kill(self):
        """False when the program had ended before the signal came."""
        self.process.send_signal(signal.SIGKILL)
        return self.status() == -signal.SIGKILL

    def end(self):
        if self.status() != 0 or self.lines[-1] != "done":
            sys.exit(f"the trainer failed with status {self.process.returncode}: {self.lines[-3:]}")

    def numbers(self, word):
        return [int(line.split()[1]) for line in self.lines if line.split()[0] == word]


class Reference:
    """The run that nobody disturbs, with all its checkpoints."""

    def __init__(self, program, folder, steps):
        self.steps = steps
        trainer = Trainer(program, folder, steps, 0)
        started = time.monotonic()
        trainer.end()
        self.seconds = time.monotonic() - started
        files = checkpoints_of(folder / "checkpoints")
        if not all(map(has_right_checksum, files.values())):
            sys.exit("a checkpoint of the undisturbed run has a wrong checksum")
        self.bytes = len(files[steps])
        self.hashes = {step: hashlib.sha256(data).digest() for step, data in files.items()}
        self.weights = (folder / "out").read_bytes()
        self.save_seconds = statistics.median(
            end - begin for line, begin, end in zip(trainer.lines, trainer.times, trainer.times[1:])
            if line.startswith("saving"))


class Disturbed:
    """Runs that are killed until they have ended in spite of it."""

    def __init__(self, program, reference, chance):
        self.program, self.reference, self.chance = program, reference, chance
        self.counts = Counter()

    def run(self, folder):
        saved = -1
        while True:
            trainer = Trainer(self.program, folder, self.reference.steps, KEEP)
            killed = not self.wait(trainer) and trainer.kill()
            if not killed:
                trainer.end()
            saved = self.check(trainer, folder / "checkpoints", saved, killed)
            if not killed:
                break
        if (folder / "out").read_bytes() != self.reference.weights:
            sys.exit("the final weights differ from those of the undisturbed run")
        self.counts["runs that ended with the same weights"] += 1

    def wait(self, trainer):
        """Until the moment to kill: any, or one within a save. True when the program ends first."""
        if self.chance.random() < 0.3:
            return trainer.read(time.monotonic() + self.chance.uniform(0, 0.15))
        saves = self.chance.randrange(1, 8)

        def is_last(line):
            nonlocal saves
            saves -= line.startswith("saving")
            return saves <= 0

        if trainer.read(until=is_last):
            return True
        longest = 1.2 * self.reference.save_seconds
        return trainer.read(time.monotonic() + self.chance.uniform(0, longest))

    def check(self, trainer, folder, saved, killed):
        """Compares the folder with the undisturbed run; the last step that was surely saved."""
        counts = self.counts
        resumed = trainer.numbers("resumed")
        if resumed and resumed[0] < saved:
            sys.exit(f"resumed at {resumed[0]} although {saved} had been saved")
        saved = max([saved, *trainer.numbers("saved")])
        files = checkpoints_of(folder)
        for step, data in files.items():
            if hashlib.sha256(data).digest() != self.reference.hashes[step]:
                sys.exit(f"the checkpoint of step {step} differs from the undisturbed run's")
        if saved >= 0 and max(files, default=-1) < saved:
            sys.exit(f"lost: {saved} had been saved, there are {sorted(files)}")
        temporary = list(folder.glob(".tapegrad*")) if folder.exists() else []
        tidy = not killed and trainer.numbers("saved")  # a save ends what earlier lives left undone
        if len(temporary) > (0 if tidy else 1) or tidy and len(files) != KEEP:
            sys.exit(f"left behind: {temporary}, {sorted(files)}")
        counts["kills"] += killed
        counts["kills while a file was written"] += killed and len(temporary)
        counts["kills after a rename, before save() returned"] += killed and max(
            files, default=-1) > saved
        counts["resumes"] += bool(resumed and resumed[0] > 0)
        counts["files passed over"] += trainer.lines.count("passed over")
        counts["checkpoints compared"] += len(files)
        return saved


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trainer", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--steps", type=int, default=240, help="of a run; even")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tapegrad-kill-") as name:
        folder = Path(name)
        reference = Reference(options.trainer, folder, options.steps)
        print(f"undisturbed: {reference.seconds:.1f} s, {len(reference.hashes)} checkpoints of "
              f"{reference.bytes} bytes")
        disturbed = Disturbed(options.trainer, reference, random.Random(options.seed))
        for number in itertools.count():  # some runs end before they are killed
            if disturbed.counts["kills"] >= options.kills:
                break
            run = folder / str(number)
            run.mkdir()
            disturbed.run(run)
    for what, count in disturbed.counts.items():
        print(f"{what}: {count}")
    print(f"{time.monotonic() - started:.1f} s")
    if disturbed.counts["files passed over"]:
        sys.exit("a checkpoint was damaged")
    if options.kills >= 100 and disturbed.counts["kills while a file was written"] < options.kills / 20:
        sys.exit("the kills missed the saves: nothing was shown")


if __name__ == "__main__":
    main()
