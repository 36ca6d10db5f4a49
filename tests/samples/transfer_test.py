"""transfer from the outside: what is frozen stays to the bit, and helps where examples are few."""

import os
import re

from sample import main
from trainer import TrainerSampleTest
from training import safetensors_in

LAST = "transfer_accuracy={} scratch_accuracy={} shots={}"


class Transfer(TrainerSampleTest):
    flags = ["--mnist", "--shift", "--shots", "--augment", "--base-epochs", "--epochs", "--max-step", "--batch-size", "--learning-rate",
             "--head-learning-rate", "--seed", "--base", "--export-base", "--model-dir", "--save-every", "--log-dir",
             "--export"]
    short = ["--max-step", 2, "--base-epochs", 1, "--epochs", 2, "--batch-size", 100, "--shift", 0]
    whole = ["--base-epochs", 1, "--epochs", 25, "--shift", 1]
    parts = ["base", "transfer", "scratch"]
    exported = {"ink": 1, "conv1.weight": 32 * 9, "norm2.running_mean": 64, "hidden.weight": 128 * 1024,
                "out.weight": 5 * 128, "out.bias": 5}

    def arguments(self):
        return list(map(str, self.short))

    def tensors(self, path):
        return safetensors_in(self.folder / path)

    def test_the_defaults_learn_more_from_few_examples_within_a_minute(self):
        begun = os.times().children_user
        transferred, scratch, shots = self.last_line(LAST)
        self.assertGreater(transferred, 0.5)
        self.assertGreater(transferred, scratch + 0.05)
        self.assertGreater(scratch, 0.25)
        self.assertEqual(shots, 5)
        self.assertLess(os.times().children_user - begun, 60)  # of a processor: others may be busy

    def test_everything_below_the_new_layer_keeps_its_bits(self):
        text = self.output_of("--base-epochs", 1, "--epochs", 10, "--export-base", "base.safetensors", "--export",
                              "x.safetensors")
        base, after = self.tensors("base.safetensors"), self.tensors("x.safetensors")
        self.assertEqual(base.keys(), after.keys())
        changed = {name for name in base if base[name] != after[name]}
        self.assertEqual(changed, {"out.weight", "out.bias"})
        (said,) = re.findall(r"bits of what is frozen: (\S{16}) before, (\S{16}) after", text)
        self.assertEqual(said[0], said[1])
        # The same from the file, which knows nothing of how it was made.
        again = self.output_of("--base", "base.safetensors", "--epochs", 10, "--export", "y.safetensors")
        self.assertIn("Took what base.safetensors knows.", again)
        self.assertEqual(self.tensors("y.safetensors"), after)
        self.assertEqual(again.splitlines()[-1], text.splitlines()[-1])

    def test_weights_of_another_network_are_refused(self):
        self.assert_refused("cannot open: none", "--base", "none")
        self.output_of(*self.short, "--export-base", "base.safetensors")
        content = (self.folder / "base.safetensors").read_bytes()
        (self.folder / "torn.safetensors").write_bytes(content[:-5])
        self.assert_refused("torn.safetensors", "--shift", 0, "--base", "torn.safetensors")
        (self.folder / "other.safetensors").write_bytes(content.replace(b"conv1", b"conv0"))
        self.assert_refused("other.safetensors: these aren't the weights of this network", "--shift", 0,
                            "--base", "other.safetensors")
        self.assert_refused("--export-base", "--base", "base.safetensors", "--export-base", "x.safetensors")

    def test_checkpoints_that_stand_on_another_base_are_refused(self):
        self.output_of(*self.short, "--export-base", "base.safetensors")
        flags = ["--base", "base.safetensors", "--epochs", 2, "--shift", 0, "--model-dir", "kept"]
        self.output_of(*flags)
        self.output_of(*self.short, "--seed", 2, "--export-base", "base.safetensors")
        self.assert_refused("comes of another training: weights was", *flags)

    def test_more_examples_than_there_are_are_refused(self):
        self.assert_refused(r"--shots: 1000 asked for, but of the digit 5 there are \d+", "--shots", 1000)
        self.assert_refused("cannot open: none/train-images-idx3-ubyte: No such file", "--mnist", "none")

    def test_flags_out_of_range_are_refused(self):
        for flag in ("--shots", "--base-epochs", "--epochs", "--batch-size"):
            self.assert_flag_refused(flag, "0", "whole number, 1 or more")
        for flag in ("--learning-rate", "--head-learning-rate"):
            self.assert_flag_refused(flag, "0", "finite number above 0")
        self.assert_flag_refused("--export-base", "x.onnx", "ends with .safetensors")
        self.assert_refused("--export-base: cannot write into the folder none: No such file", "--export-base",
                            "none/x.safetensors")

    def test_progress_is_for_terminals_only(self):
        self.assert_terminal_sees(r"\r\x1b\[Kepoch \d+/10000", "--base-epochs", 10000, "--batch-size", 1)
        self.assertNotRegex(self.output_of(*self.short), r"\r|\x1b")


if __name__ == "__main__":
    main(Transfer)
