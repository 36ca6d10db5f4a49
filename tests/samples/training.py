"""What every sample that trains keeps of its run: checkpoints, logs, the exported result."""

import json
import pathlib
import re
import signal
import struct
import subprocess
import time
import zipfile

from sample import SeededSampleTest

ELEMENTS = {"F64": ("d", 8), "F32": ("f", 4)}


def safetensors_in(path):
    """The tensors of a file as flat lists, read by the format's description."""
    content = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    tensors = {}
    for name, entry in json.loads(content[8:8 + length]).items():
        if name == "__metadata__" or entry["dtype"] not in ELEMENTS:
            continue
        code, size = ELEMENTS[entry["dtype"]]
        begin, end = entry["data_offsets"]
        tensors[name] = list(struct.unpack_from(f"<{(end - begin) // size}{code}", content,
                                                8 + length + begin))
    return tensors


class TrainingSampleTest(SeededSampleTest):
    training_flags = ["--model-dir", "--save-every", "--log-dir", "--export"]
    tags = []  # of the scalars that are logged
    logged_in_20_steps = 20
    logged_names = ["data/x", "data/y", "model/", "loss/", "train/gradients/", "train/sgd/",
                    "weight/grad"]
    long_run = []  # flags of a training that nobody waits for

    def checkpoints(self, folder="kept"):
        return sorted(self.folder.glob(f"{folder}/*.safetensors"), key=lambda p: p.stat().st_mtime)

    def train(self, *flags, folder="kept"):
        return self.output_of("--model-dir", folder, *flags)

    def test_a_resumed_training_ends_with_the_bytes_of_one_that_ran_through(self):
        self.output_of("--max-step", 130, "--export", "through.safetensors")
        self.train("--max-step", 70, "--save-every", 30)
        text = self.train("--max-step", 130, "--export", "resumed.safetensors")
        self.assertRegex(text, r"Resumed at step 70 from kept/\S+\.\n")
        self.assertEqual((self.folder / "resumed.safetensors").read_bytes(),
                         (self.folder / "through.safetensors").read_bytes())

    def test_a_finished_training_starts_again_where_it_ended(self):
        first = self.train("--max-step", 20).splitlines()
        again = self.train("--max-step", 20).splitlines()
        self.assertTrue(any("Resumed at step 20" in line for line in again), again)
        self.assertEqual(first[-1], again[-1])

    def test_the_newest_checkpoints_stay(self):
        text = self.train("--max-step", 25, "--save-every", 3)
        self.assertIn("Saved kept/ckpt-25.safetensors.", text)
        self.assertEqual(len(self.checkpoints()), 5)
        listed = re.findall(r'^model_checkpoint_path: "(.*)"$',
                            (self.folder / "kept/checkpoint").read_text(), re.MULTILINE)
        self.assertEqual(listed, [self.checkpoints()[-1].name])

    def test_a_damaged_checkpoint_is_passed_over_and_named(self):
        self.train("--max-step", 20, "--save-every", 10)
        newest = self.checkpoints()[-1]
        content = bytearray(newest.read_bytes())
        content[-1] ^= 1
        newest.write_bytes(content)
        text = self.train("--max-step", 20)
        self.assertRegex(text, rf"Passed over a checkpoint: .*checksum.*kept/{newest.name}")
        self.assertIn("Resumed at step 10", text)

    def test_checkpoints_of_another_training_are_refused(self):
        self.train("--max-step", 5)
        before = [path.read_bytes() for path in self.checkpoints()]
        self.assert_refused("of another training: --seed was 1 and is 2 now; go on with what it was, or "
                            "choose another folder", "--model-dir", "kept", "--seed", 2)
        self.assertEqual([path.read_bytes() for path in self.checkpoints()], before)

    def test_checkpoints_of_other_data_are_refused(self):
        rows = [f"{x},{x % 7},{x % 2}" for x in range(20)]
        file = self.own_file("own.csv", rows)
        self.train("--max-step", 5, *self.own_data(file))
        moved = file.rename(self.folder / "moved.csv")
        self.assertIn("Resumed", self.train("--max-step", 5, *self.own_data(moved)))
        edited = self.own_file("own.csv", rows[:-2])
        self.assert_refused("of another training: data was", "--model-dir", "kept", *self.own_data(edited))

    def test_a_training_beyond_max_step_says_so(self):
        self.train("--max-step", 10)
        self.assertIn("Nothing is left to do: --max-step is 4.\n", self.train("--max-step", 4))

    def test_ctrl_c_saves_and_the_next_start_goes_on(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                folder = number.name
                process = subprocess.Popen(
                    [self.program, "--model-dir", folder, *map(str, self.long_run)],
                    cwd=self.folder, stdout=subprocess.PIPE, text=True)
                self.wait_for_a_checkpoint(folder)
                process.send_signal(number)
                text, _ = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 128 + number)
                (step,) = re.findall(r"Interrupted at step (\d+)\.", text)
                self.assertEqual(self.checkpoints(folder)[-1].name, f"ckpt-{step}.safetensors")
                again = self.train("--max-step", 1, folder=folder)
                self.assertIn(f"Resumed at step {step} from", again)

    def wait_for_a_checkpoint(self, folder):
        for _ in range(2000):
            if self.checkpoints(folder):
                return
            time.sleep(0.01)
        self.fail("no checkpoint was written")

    def test_logs_hold_scalars_histograms_and_the_graph_with_its_scopes(self):
        text = self.output_of("--max-step", 20, "--log-dir", "logs")
        self.assertIn("tensorboard --logdir logs", text)
        (events,) = (self.folder / "logs").glob("events.out.tfevents.*")
        content = events.read_bytes()
        for tag in self.tags:
            times = content.count(tag.encode() + b"\x15")  # 0x15: a simple_value follows
            self.assertEqual(times, self.logged_in_20_steps, tag)
        for name in self.logged_names:
            self.assertTrue(name.encode() in content, name)

    def test_the_log_of_a_resumed_training_takes_the_place_of_what_was_logged_after_the_checkpoint(
            self):
        start_at_step_11 = b"\x10\x0b\x3a\x02\x08\x01"  # step and session_log of an Event
        self.train("--max-step", 10, "--log-dir", "logs")
        (first,) = (self.folder / "logs").iterdir()
        self.train("--max-step", 20, "--log-dir", "logs")
        (second,) = set((self.folder / "logs").iterdir()) - {first}
        self.assertEqual([start_at_step_11 in path.read_bytes() for path in (first, second)],
                         [False, True])

    def test_logging_changes_nothing_of_the_result(self):
        plain = self.output_of("--max-step", 20).splitlines()[-1]
        self.assertEqual(self.output_of("--max-step", 20, "--log-dir", "logs").splitlines()[-1],
                         plain)

    def test_both_formats_of_the_export_hold_the_same(self):
        self.output_of("--max-step", 20, "--export", "x.safetensors")
        self.output_of("--max-step", 20, "--export", "x.npz")
        tensors = safetensors_in(self.folder / "x.safetensors")
        with zipfile.ZipFile(self.folder / "x.npz") as archive:
            self.assertEqual({name + ".npy" for name in tensors}, set(archive.namelist()))
            for name, values in tensors.items():
                data = archive.read(name + ".npy")
                self.assertEqual(list(struct.unpack(f"<{len(values)}d", data[-8 * len(values):])),
                                 values)

    def test_files_that_cannot_be_kept_are_refused_before_the_training(self):
        for path in ("x.pt", "x", ".npz"):
            self.assert_flag_refused("--export", path, "ends with .safetensors or .npz")
        self.assert_refused("--model-dir", "--save-every", 5)
        self.file("taken", "")
        self.assert_refused("taken", "--model-dir", "taken", *self.long_run)
        self.assert_refused("taken", "--log-dir", "taken", *self.long_run)
        self.assert_refused("--export: cannot write into the folder none: No such file",
                            "--export", "none/x.npz", *self.long_run)
