"""What TensorBoard's own reader makes of files that are cut short, grow, are shared or lose their
writer: no value that was written whole is hidden or lost."""

import random
import signal
import subprocess
import time
import unittest

import numpy as np
import safetensors.numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import (
    LegacyEventFileLoader, RawEventFileLoader)

from programs import InteropTest, program, run


def event_files(folder):
    return sorted(folder.glob("events.out.tfevents.*"))


def scalars_of(path):
    """(tag, step, value) of each number that the reader finds, in order."""
    return [(value.tag, event.step, value.simple_value)
            for event in LegacyEventFileLoader(str(path)).Load() for value in event.summary.value]


class TornFileTest(InteropTest):
    def setUp(self):
        super().setUp()
        numbers = np.arange(5, dtype=np.float64)
        safetensors.numpy.save_file(
            {"scalar:loss": numbers, "steps:loss": np.arange(5), "times:loss": numbers},
            self.folder / "values.safetensors")
        run("events", "log", self.folder / "values.safetensors", self.folder / "run")
        [path] = event_files(self.folder / "run")
        self.whole = path.read_bytes()
        self.events = list(RawEventFileLoader(str(path)).Load())
        # Length, its checksum, the event, its checksum.
        self.ends = np.cumsum([8 + 4 + len(e) + 4 for e in self.events]).tolist()
        self.assertEqual((len(self.events), self.ends[-1]), (6, len(self.whole)))

    def test_a_cut_at_any_byte_hides_no_earlier_record(self):
        path = self.folder / "events.out.tfevents.cut"
        for length in range(len(self.whole) + 1):
            path.write_bytes(self.whole[:length])
            wanted = [e for e, end in zip(self.events, self.ends) if end <= length]
            self.assertEqual(list(RawEventFileLoader(str(path)).Load()), wanted, length)

    def test_a_reader_that_watches_a_file_grow_sees_each_record_once(self):
        path = self.folder / "events.out.tfevents.growing"
        path.touch()
        loader, seen = RawEventFileLoader(str(path)), []
        with open(path, "ab", buffering=0) as file:
            for i, byte in enumerate(self.whole):
                file.write(bytes([byte]))
                seen += loader.Load()
                self.assertEqual(len(seen), sum(end <= i + 1 for end in self.ends))
        self.assertEqual(seen, self.events)

    def test_a_new_writer_beside_a_torn_file_adds_to_the_run(self):
        [path] = event_files(self.folder / "run")
        path.write_bytes(self.whole[:-3])
        run("events", "log", self.folder / "values.safetensors", self.folder / "run")
        reader = EventAccumulator(str(self.folder / "run"), size_guidance={"scalars": 0}).Reload()
        self.assertEqual(sorted(e.value for e in reader.Scalars("loss")),
                         [0, 0, 1, 1, 2, 2, 3, 3, 4])


class SharedFolderTest(InteropTest):
    def test_many_writers_of_many_processes_lose_nothing(self):
        processes, writers, count = 6, 4, 500
        run("events", "crowd", self.folder, processes, writers, count)
        self.assertEqual(len(event_files(self.folder)), processes * writers)
        reader = EventAccumulator(str(self.folder), size_guidance={"scalars": 0}).Reload()
        self.assertEqual(len(reader.Tags()["scalars"]), processes * writers)
        for tag in reader.Tags()["scalars"]:
            self.assertEqual([(e.step, e.value) for e in reader.Scalars(tag)],
                             [(i, float(i)) for i in range(count)], tag)


class KilledWriterTest(InteropTest):
    def kill_after(self, seconds, folder):
        """How many numbers the writer called safe before it was killed."""
        writer = subprocess.Popen([program("events"), "endless", folder], stdout=subprocess.PIPE,
                                  text=True)
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)
        lines = writer.communicate()[0].split("\n")
        return int(lines[-2]) if len(lines) > 1 else 0

    def test_what_was_flushed_survives_a_kill_at_any_moment(self):
        moments = random.Random(9)
        flushed_ever = 0
        for i in range(20):
            folder = self.folder / str(i)
            flushed = self.kill_after(moments.uniform(0.0, 0.15), folder)
            flushed_ever += flushed
            numbers = [s for path in event_files(folder) for s in scalars_of(path)]
            self.assertGreaterEqual(len(numbers), flushed)
            self.assertEqual(numbers, [("count", n, float(n)) for n in range(len(numbers))])
        self.assertGreater(flushed_ever, 0)

    def test_a_run_that_goes_on_shows_no_step_twice(self):
        run("events", "steps", self.folder, 0, 100, 1)
        run("events", "steps", self.folder, 60, 80, 2, "purge")
        reader = EventAccumulator(str(self.folder), size_guidance={"scalars": 0, "histograms": 0})
        reader.Reload()
        wanted = [(step, 1.0 if step < 60 else 2.0) for step in range(80)]
        self.assertEqual([(e.step, e.value) for e in reader.Scalars("count")], wanted)
        self.assertEqual([(e.step, e.histogram_value.max) for e in reader.Histograms("x")], wanted)


class EndOfProgramTest(InteropTest):
    def test_a_static_writer_writes_what_still_waits(self):
        run("events", "exit", self.folder, 200)
        reader = EventAccumulator(str(self.folder), size_guidance={"histograms": 0}).Reload()
        got = [e.histogram_value for e in reader.Histograms("x")]
        self.assertEqual(len(got), 200)
        for histogram in got:
            self.assertEqual(list(histogram.bucket_limit), list(got[0].bucket_limit))
            self.assertEqual((sum(histogram.bucket), histogram.max), (1000, 999))
            self.assertEqual(sorted(histogram.bucket_limit), list(histogram.bucket_limit))


if __name__ == "__main__":
    unittest.main()
