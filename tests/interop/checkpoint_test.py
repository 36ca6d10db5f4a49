"""Checkpoints as Python reads them: with the lines of docs/checkpoints.md."""

import contextlib
import re
import unittest
from pathlib import Path

import safetensors
import safetensors.numpy

from programs import InteropTest, run

PAGE = Path(__file__).parents[2] / "docs/checkpoints.md"
(LINES,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)


class CheckpointTest(InteropTest):
    def setUp(self):
        super().setUp()
        run("checkpoint", self.folder, self.folder / "weights.safetensors")

    def test_the_documents_lines_verify_the_checksum_and_find_the_weights(self):
        names = {}
        with contextlib.chdir(self.folder):
            exec(LINES, names)
            weights = safetensors.numpy.load_file("weights.safetensors")
        self.assert_same(names["weight"], weights["weight"])

    def test_a_flipped_bit_fails_the_documents_lines(self):
        file = self.folder / "ckpt-100.safetensors"
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
        with contextlib.chdir(self.folder), self.assertRaises(AssertionError):
            exec(LINES, {})

    def test_every_part_is_there_by_name(self):
        with safetensors.safe_open(self.folder / "ckpt-100.safetensors", "np") as file:
            metadata, names = file.metadata(), set(file.keys())
            self.assertEqual(file.get_tensor("step"), 100)
        self.assertEqual(metadata["größe"], '"quoted"')
        self.assertEqual(metadata["tapegrad.step"], "100")
        self.assertTrue({"model.weight", "model.bias", "optimizer.groups.0.lr", "random"} <= names)


if __name__ == "__main__":
    unittest.main()
