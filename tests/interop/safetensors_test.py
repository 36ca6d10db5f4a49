"""Files of Python's safetensors and ours are the same files."""

import unittest

import numpy as np
import safetensors
import safetensors.numpy

from arrays import some_arrays
from programs import InteropTest, run


class SafetensorsTest(InteropTest):
    def rewrite(self, source, target):
        run("rewrite", self.folder / source, self.folder / target)
        return self.folder / target

    def assert_rewritten_alike(self, arrays, metadata=None):
        source = self.folder / "a.safetensors"
        safetensors.numpy.save_file(arrays, source, metadata=metadata)
        target = self.rewrite("a.safetensors", "b.safetensors")
        self.assertEqual(target.read_bytes(), source.read_bytes())

    def test_a_file_written_by_python_and_rewritten_here_has_the_same_bytes(self):
        self.assert_rewritten_alike(some_arrays())
        self.assert_rewritten_alike(some_arrays(), {"format": "pt"})
        self.assert_rewritten_alike({})

    def test_names_are_sorted_and_escaped_as_python_does(self):
        names = ["b", "a", "B", "a.b", "a b", 'quote"', "back\\slash", "tab\t", "line\n", "bell\a",
                 "\x7f", "größe", "€", "\U0001f600", "/", "x" * 3000]
        self.assert_rewritten_alike({name: np.zeros(2, "float32") for name in names})

    def test_metadata_comes_back(self):
        metadata = {"format": "np", "größe": "€\n\"", "": "empty key", "empty value": ""}
        for name, value in metadata.items():
            self.assert_rewritten_alike({"x": np.zeros(3)}, {name: value})
        # Python writes more than one entry in no fixed order.
        safetensors.numpy.save_file({"x": np.zeros(3)}, self.folder / "a.safetensors", metadata)
        with safetensors.safe_open(self.rewrite("a.safetensors", "b.safetensors"), "np") as file:
            self.assertEqual(file.metadata(), metadata)

    def test_python_reads_what_came_from_numpys_files(self):
        np.savez(self.folder / "a.npz", **some_arrays())
        got = safetensors.numpy.load_file(self.rewrite("a.npz", "b.safetensors"))
        self.assertEqual(set(got), set(some_arrays()))
        for name, array in some_arrays().items():
            with self.subTest(name=name):
                self.assert_same(got[name], array)


if __name__ == "__main__":
    unittest.main()
