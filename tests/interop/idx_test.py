"""IDX files as their specification draws them: a big-endian header, then the elements."""

import gzip
import struct
import unittest

import numpy as np

from programs import InteropTest, run

CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D,
         "float64": 0x0E}


def idx_bytes(array):
    header = struct.pack(">HBB", 0, CODES[array.dtype.name], array.ndim)
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return header + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


class IdxTest(InteropTest):
    def assert_exchanged(self, array):
        for name, open_file in [("a.idx", open), ("a.idx.gz", gzip.open)]:
            with self.subTest(name=name, dtype=array.dtype, shape=array.shape):
                with open_file(self.folder / name, "wb") as file:
                    file.write(idx_bytes(array))
                run("rewrite", self.folder / name, self.folder / "b.npy")
                self.assert_same(np.load(self.folder / "b.npy"), array)
                run("rewrite", self.folder / "b.npy", self.folder / name)
                with open_file(self.folder / name, "rb") as file:
                    self.assertEqual(file.read(), idx_bytes(array))

    def test_every_type_travels_in_both_directions_plain_and_gzipped(self):
        random = np.random.default_rng(1)
        for dtype in CODES:
            for shape in [(7,), (3, 28, 28), (2, 0)]:
                size = int(np.prod(shape)) * np.dtype(dtype).itemsize
                values = random.integers(0, 256, size).astype(np.uint8).view(dtype)
                self.assert_exchanged(values.reshape(shape))

    def test_gzip_in_several_members_is_one_file(self):
        array = np.arange(10_000).astype("int32")
        whole = idx_bytes(array)
        with open(self.folder / "a.idx.gz", "wb") as file:
            for start in range(0, len(whole), 9_999):
                file.write(gzip.compress(whole[start:start + 9_999]))
        run("rewrite", self.folder / "a.idx.gz", self.folder / "b.npy")
        self.assert_same(np.load(self.folder / "b.npy"), array)


if __name__ == "__main__":
    unittest.main()
