"""What every sample with a train::Trainer keeps of its run, broken off wherever that may be."""

import re
import signal
import struct
import subprocess
import time
import zipfile

from sample import SeededSampleTest
from training import safetensors_in


class ResumableSampleTest(SeededSampleTest):
    def assert_ctrl_c_goes_on(self, *flags):
        """Of a training that takes longer than anybody waits for."""
        flags = [*map(str, flags), "--model-dir", "kept"]
        process = subprocess.Popen([self.program, *flags, "--save-every", "1"], cwd=self.folder, stdout=subprocess.PIPE,
                                   text=True)
        while not list(self.folder.glob("kept/*.safetensors")):
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        (step,) = re.findall(r"Interrupted at step (\d+)\. Start again with the same flags to go on\.", text)
        self.assertIn(f"Resumed at step {step} from", self.output_of(*flags, "--max-step", 1))


class TrainerSampleTest(ResumableSampleTest):
    whole = []  # flags of a training of some hundred steps, which takes a second or two
    parts = []  # the folders in which its trainings are kept, in their order; "" for the one given
    exported = {}  # of --export: how many numbers each of some tensors has

    def checkpoints(self, part):
        return list((self.folder / "kept" / part).glob("*.safetensors"))

    def interrupted(self, part, number):
        """Begins, or goes on, and sends the signal when this part has been saved once more."""
        before = set(self.checkpoints(part))
        process = subprocess.Popen(
            [self.program, *map(str, self.whole), "--model-dir", "kept", "--save-every", "2"],
            cwd=self.folder, stdout=subprocess.PIPE, text=True)
        while not set(self.checkpoints(part)) - before:
            self.assertIsNone(process.poll(), f"ended before {part} was saved")
            time.sleep(0.002)
        process.send_signal(number)
        text, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 128 + number, text)
        self.assertRegex(text, r"Interrupted at step \d+\. Start again with the same flags to go on\.")
        return text

    def test_trainings_that_were_broken_off_end_with_the_bytes_of_one_that_ran_through(self):
        through = self.output_of(*self.whole, "--export", "through.safetensors")
        for part, number in zip(self.parts, [signal.SIGINT, signal.SIGTERM, signal.SIGINT]):
            self.interrupted(part, number)
        for name in ("resumed", "again"):  # the second finds everything done
            text = self.output_of(*self.whole, "--model-dir", "kept", "--save-every", 2, "--export",
                                  f"{name}.safetensors")
            self.assertRegex(text, r"Resumed at step \d+ from kept/\S+\.\n")
            self.assertEqual(text.splitlines()[-1], through.splitlines()[-1])
            self.assertEqual((self.folder / f"{name}.safetensors").read_bytes(),
                             (self.folder / "through.safetensors").read_bytes())

    def test_checkpoints_of_another_seed_are_refused(self):
        self.output_of(*self.short, "--model-dir", "kept")
        self.assert_refused("comes of another training: --seed was 1 and is 2 now", *self.short, "--model-dir",
                            "kept", "--seed", 2)

    def test_a_torn_checkpoint_is_passed_over(self):
        self.output_of(*self.short, "--model-dir", "kept", "--save-every", 1)
        newest = max(self.checkpoints(self.parts[0]), key=lambda path: path.stat().st_mtime_ns)
        newest.write_bytes(newest.read_bytes()[:-100])
        text = self.output_of(*self.short, "--model-dir", "kept", "--save-every", 1)
        self.assertRegex(text, rf"Passed over a checkpoint: .*{newest.name}")

    def test_both_formats_of_the_export_hold_the_same(self):
        for path in ("x.safetensors", "x.npz"):
            self.assertIn(f"Wrote {path}.", self.output_of(*self.short, "--export", path))
        tensors = safetensors_in(self.folder / "x.safetensors")
        sizes = {name: len(values) for name, values in tensors.items()}
        self.assertEqual({name: sizes.get(name) for name in self.exported}, self.exported)
        with zipfile.ZipFile(self.folder / "x.npz") as archive:
            for name, values in tensors.items():
                data = archive.read(name + ".npy")
                self.assertEqual(list(struct.unpack(f"<{len(values)}f", data[-4 * len(values):])), values)

    def test_files_that_cannot_be_kept_are_refused_before_the_training(self):
        for path in ("x.pt", "x", ".onnx"):
            self.assert_flag_refused("--export", path, "ends with .safetensors or .npz or .onnx")
        self.assert_refused("--export: cannot write into the folder none: No such file", "--export", "none/x.npz")
        self.assert_refused("--model-dir", "--save-every", 5)
        self.file("taken", "")
        self.assert_refused("taken", "--model-dir", "taken")
        self.assert_refused("taken", *self.short, "--log-dir", "taken")

    def test_a_misspelt_flag_is_refused_before_anything_is_done(self):
        for flag in self.flags:
            done = self.assert_refused(flag[:-1] + "x", flag[:-1] + "x", 1)
            self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_logs_have_a_table_of_epochs_beside_the_events(self):
        self.output_of(*self.whole, "--log-dir", "logs")
        for part in self.parts:
            folder = self.folder / "logs" / part
            (events,) = folder.glob("events.out.tfevents.*")
            self.assertGreater(events.read_bytes().count(b"loss/step\x15"), 0)
            self.assertIn("epoch,step,loss", (folder / "epochs.csv").read_text().splitlines()[0])
