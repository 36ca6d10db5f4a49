"""digits from the outside: what it learns, its files, and folders that are none."""

import gzip
import os
import pathlib
import re
import struct
import zipfile

from sample import main
from trainer import ResumableSampleTest
from training import safetensors_in

DATA = pathlib.Path(__file__).parent.parent.parent / "samples/digits/data"
LAST = "test_accuracy={} test_loss={} steps={}"
NAMES = {"conv1.weight": 32 * 9, "conv1.bias": 32, "conv2.weight": 64 * 32 * 9, "conv2.bias": 64,
         "ink": 1, "hidden.weight": 128 * 1024, "hidden.bias": 128, "out.weight": 1280, "out.bias": 10,
         **{f"norm{layer}.{name}": 32 * layer for layer in (1, 2)
            for name in ("weight", "bias", "running_mean", "running_var")}}


def idx(sizes, content):
    return struct.pack(f">BBBB{len(sizes)}I", 0, 0, 8, len(sizes), *sizes) + bytes(content)


class Digits(ResumableSampleTest):
    flags = ["--mnist", "--epochs", "--max-step", "--batch-size", "--learning-rate", "--seed", "--model-dir",
             "--save-every", "--log-dir", "--export", "--read", "--weights"]
    short = ["--max-step", 5]

    def arguments(self):
        return ["--max-step", "1"]

    def mnist(self, folder="mnist", side=28, rows=40, packed=False, between="-"):
        """A folder like MNIST's: each image has the column or the row that is its label inked."""
        place = self.folder / folder
        place.mkdir()
        for part in ("train", "t10k"):
            labels = [row % 10 for row in range(rows)]
            images = [255 if x // 2 == label and y < 20 else 0
                      for label in labels for y in range(side) for x in range(side)]
            for name, sizes, content in (("images-idx3", (rows, side, side), images),
                                         ("labels-idx1", (rows,), labels)):
                data = idx(sizes, content)
                path = place / f"{part}-{name.replace('-', between)}-ubyte{'.gz' if packed else ''}"
                path.write_bytes(gzip.compress(data) if packed else data)
        return place

    def test_the_defaults_read_at_least_985_of_1000_digits_within_a_minute(self):
        begun = os.times().children_user
        accuracy, loss, steps = self.last_line(LAST, "--export", "x.safetensors")
        self.assertGreaterEqual(accuracy, 0.985)
        self.assertLess(loss, 0.1)
        self.assertEqual(steps, 30 * 45)
        self.assertLess(os.times().children_user - begun, 60)  # of a processor: others may be busy
        # The exported weights read the images of the test as well.
        read = self.output_of("--read", DATA / "t10k-images-idx3-ubyte.gz", "--weights", "x.safetensors")
        said = [int(digit) for digit in re.findall(r"^image \d+: (\d) \([01]\.\d{3}\)$", read, re.MULTILINE)]
        labels = gzip.decompress((DATA / "t10k-labels-idx1-ubyte.gz").read_bytes())[8:]
        self.assertEqual(sum(map(int.__eq__, said, labels)), round(360 * accuracy))
        self.assertEqual(read.splitlines()[-1], "images=360")

    def test_weights_of_another_network_are_refused(self):
        self.output_of(*self.short, "--export", "x.safetensors")
        images = self.mnist() / "train-images-idx3-ubyte"
        self.assert_refused("^digits: x.safetensors: .*hidden.weight.*shape", "--read", images, "--weights", "x.safetensors")
        self.assert_refused("cannot open: none", "--read", images, "--weights", "none")
        self.assert_refused("--weights", "--read", images)
        for writes in ("--export", "--model-dir", "--log-dir"):
            self.assert_refused(f"{writes} excludes --weights", "--read", images, "--weights", "x.safetensors", writes, "y.npz")
        self.assert_refused('^digits: --export: "y.txt" given', "--export", "y.txt")

    def test_a_folder_of_mnists_files_is_read_packed_or_not_under_both_names(self):
        for packed, between in ((False, "-"), (True, "-"), (False, ".")):
            folder = self.mnist(f"mnist{packed}{between}", packed=packed, between=between)
            text = self.output_of("--mnist", folder, "--epochs", 15, "--batch-size", 10, "--learning-rate", 0.01)
            self.assertIn("40 images of 28 x 28 to learn from, 40 held out", text)
            # Ten images that are easy to tell, four times over.
            self.assertIn("test_accuracy=1.000000", text.splitlines()[-1])

    def test_a_resumed_training_ends_with_the_bytes_of_one_that_ran_through(self):
        flags = ["--batch-size", 300, "--epochs", 3]  # 5 steps an epoch
        self.output_of(*flags, "--export", "through.safetensors")
        self.output_of(*flags, "--model-dir", "kept", "--save-every", 3, "--max-step", 7)
        text = self.output_of(*flags, "--model-dir", "kept", "--export", "resumed.safetensors")
        self.assertRegex(text, r"Resumed at step 7 from kept/\S+\.\n")
        self.assertIn("Saved kept/ckpt-15.safetensors.", text)
        through = (self.folder / "through.safetensors").read_bytes()
        self.assertEqual((self.folder / "resumed.safetensors").read_bytes(), through)
        again = self.output_of(*flags, "--model-dir", "kept", "--export", "again.safetensors")
        self.assertEqual(again.splitlines()[-1], text.splitlines()[-1])
        self.assertEqual((self.folder / "again.safetensors").read_bytes(), through)

    def test_checkpoints_of_another_training_are_refused(self):
        self.output_of("--model-dir", "kept", "--max-step", 1)
        self.assert_refused("comes of another training: --seed was 1 and is 2 now", "--model-dir", "kept",
                            "--seed", 2, "--max-step", 2)
        self.assert_refused("comes of another training: data was", "--model-dir", "kept", "--mnist",
                            self.mnist(side=8), "--max-step", 2)

    def test_ctrl_c_saves_and_the_next_start_goes_on(self):
        self.assert_ctrl_c_goes_on("--epochs", 10000)

    def test_logs_hold_each_step_and_a_table_of_epochs(self):
        self.output_of("--batch-size", 300, "--epochs", 2, "--log-dir", "logs")
        (events,) = (self.folder / "logs").glob("events.out.tfevents.*")
        content = events.read_bytes()
        self.assertEqual(content.count(b"loss/step\x15"), 10)
        for tag in (b"loss/train", b"accuracy/train", b"loss/validation", b"accuracy/validation", b"lr"):
            self.assertEqual(content.count(tag + b"\x15"), 2, tag)
        for name in (b"model/conv1", b"train/adam/"):
            self.assertIn(name, content)
        table = (self.folder / "logs/epochs.csv").read_text().splitlines()
        self.assertEqual(table[0], "epoch,step,loss,accuracy,val_loss,val_accuracy,lr")
        self.assertEqual([line.split(",")[:2] for line in table[1:]], [["0", "5"], ["1", "10"]])

    def test_both_formats_of_the_export_hold_the_weights_by_pytorchs_names(self):
        for path in ("x.safetensors", "x.npz"):
            self.assertIn(f"Wrote {path}.", self.output_of(*self.short, "--export", path))
        tensors = safetensors_in(self.folder / "x.safetensors")
        self.assertEqual({name: len(values) for name, values in tensors.items()}, NAMES)
        with zipfile.ZipFile(self.folder / "x.npz") as archive:
            for name, values in tensors.items():
                data = archive.read(name + ".npy")
                self.assertEqual(list(struct.unpack(f"<{len(values)}f", data[-4 * len(values):])), values)

    def test_folders_that_are_no_mnist_are_refused(self):
        self.assert_refused(r"cannot open: none/train-images-idx3-ubyte: No such file", "--mnist", "none")
        folder = self.mnist()
        cases = {
            "train-images-idx3-ubyte": [(b"not IDX", "train-images"), (idx((0, 28, 28), []), "of 8 x 8 or more"),
                                        (idx((40, 4, 4), [0] * 640), r"shape \[40, 4, 4\]"),
                                        (idx((40, 8, 8), [0] * 2560), "to train on are 8 x 8, those to test 28 x 28")],
            "train-labels-idx1-ubyte": [(idx((39,), [1] * 39), r"labels of shape \[39\] for 40 images"),
                                        (idx((40,), [10] * 40), "a label is 10; digits are 0 to 9")],
        }
        for name, contents in cases.items():
            right = (folder / name).read_bytes()
            for content, message in contents:
                with self.subTest(message):
                    (folder / name).write_bytes(content)
                    self.assert_refused(message, "--mnist", folder)
            (folder / name).write_bytes(right)

    def test_flags_out_of_range_are_refused(self):
        for flag in ("--epochs", "--batch-size"):
            self.assert_flag_refused(flag, "0", "whole number, 1 or more")
        self.assert_flag_refused("--learning-rate", "0", "finite number above 0")
        self.assert_refused("--export: cannot write into the folder none: No such file", "--export", "none/x.npz")

    def test_progress_is_for_terminals_only(self):
        self.assert_terminal_sees(r"epoch 1/10000 \[=* *\] +\d+ %  \d+ rows/s  [\d:]+ left  loss",
                                  "--epochs", 10000, "--batch-size", 1)
        self.assertNotRegex(self.output_of("--epochs", 1), r"\r|\x1b")


if __name__ == "__main__":
    main(Digits)
