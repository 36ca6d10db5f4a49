"""numpy reads our .npy and .npz files, and we read numpy's, in every version and layout."""

import io
import unittest
import zipfile

import numpy as np

from arrays import DTYPES, some_arrays
from programs import InteropTest, run


# What becomes of the types that the library doesn't have.
CONVERTED = {"uint16": "int32", "uint32": "int64", "uint64": "int64"}


class NumpyTest(InteropTest):
    def rewrite(self, source, target):
        run("rewrite", self.folder / source, self.folder / target)
        return self.folder / target


class NpyTest(NumpyTest):
    def test_an_array_written_by_numpy_and_rewritten_here_has_the_same_bytes(self):
        for name, array in some_arrays().items():
            with self.subTest(name=name):
                np.save(self.folder / "a.npy", array)
                target = self.rewrite("a.npy", "b.npy")
                self.assertEqual(target.read_bytes(), (self.folder / "a.npy").read_bytes())

    def test_every_version_order_and_byte_order_is_read(self):
        random = np.random.default_rng(2)
        for dtype in DTYPES:
            array = random.integers(0, 2, (2, 3, 4)).astype(dtype)
            for version in [(1, 0), (2, 0), (3, 0)]:
                for order in "CF":
                    for byte_order in "<>":
                        with self.subTest(dtype=dtype, version=version, order=order,
                                          byte_order=byte_order):
                            self.assert_read(array, version, order, byte_order)

    def assert_read(self, array, version, order, byte_order):
        laid_out = np.asarray(array, array.dtype.newbyteorder(byte_order), order=order)
        with open(self.folder / "a.npy", "wb") as file:
            np.lib.format.write_array(file, laid_out, version=version)
        self.assert_same(np.load(self.rewrite("a.npy", "b.npy")), array)

    def test_dtypes_that_numpy_has_and_we_do_not_are_named(self):
        for dtype in ("uint16", "complex64", "U3", "M8[s]", "i4,f4"):
            with self.subTest(dtype=dtype):
                np.save(self.folder / "a.npy", np.zeros(3, dtype))
                with self.assertRaisesRegex(AssertionError, "a.npy"):
                    self.rewrite("a.npy", "b.npy")


    def test_dtypes_that_we_do_not_have_are_converted_without_a_loss(self):
        random = np.random.default_rng(3)
        for dtype, becomes in CONVERTED.items():
            size = np.dtype(dtype).itemsize
            array = random.integers(0, 256, 1000 * size).astype(np.uint8).view(dtype)
            array = array >> 1 if dtype == "uint64" else array
            for byte_order in "<>":
                with self.subTest(dtype=dtype, byte_order=byte_order):
                    np.save(self.folder / "a.npy", array.astype(array.dtype.newbyteorder(byte_order)))
                    run("rewrite", self.folder / "a.npy", self.folder / "b.npy", "convert")
                    got = np.load(self.folder / "b.npy")
                    self.assertEqual(got.dtype, becomes)
                    np.testing.assert_array_equal(got, array.astype(becomes))


class NpzTest(NumpyTest):
    def test_arrays_of_an_archive_are_converted(self):
        arrays = {dtype: np.arange(5).astype(dtype) for dtype in CONVERTED}
        np.savez(self.folder / "a.npz", **arrays)
        run("rewrite", self.folder / "a.npz", self.folder / "b.npz", "convert")
        self.assert_numpy_reads(self.folder / "b.npz",
                                {name: arrays[name].astype(to) for name, to in CONVERTED.items()})

    def assert_numpy_reads(self, path, arrays):
        self.assertIsNone(zipfile.ZipFile(path).testzip())
        with np.load(path) as got:
            self.assertEqual(set(got.files), set(arrays))
            for name, array in arrays.items():
                with self.subTest(name=name):
                    self.assert_same(got[name], array)

    def test_stored_and_compressed_archives_travel_in_both_directions(self):
        for save in (np.savez, np.savez_compressed):
            save(self.folder / "a.npz", **some_arrays())
            for target in ("b.npz", "b.compressed.npz"):
                with self.subTest(save=save.__name__, target=target):
                    self.assert_numpy_reads(self.rewrite("a.npz", target), some_arrays())

    def test_compressing_makes_a_file_smaller(self):
        np.savez(self.folder / "a.npz", x=np.zeros(100_000))
        self.assertLess(self.rewrite("a.npz", "b.compressed.npz").stat().st_size, 10_000)

    def write_archive(self, count, force_zip64=False):
        content = io.BytesIO()
        np.save(content, np.uint8(1))
        with zipfile.ZipFile(self.folder / "a.npz", "w") as archive:
            for i in range(count):
                with archive.open(f"{i}.npy", "w", force_zip64=force_zip64) as file:
                    file.write(content.getvalue())

    def test_more_entries_than_the_old_format_can_count(self):
        self.write_archive(70_000)
        with np.load(self.rewrite("a.npz", "b.npz")) as got:
            self.assertEqual(set(got.files), {str(i) for i in range(70_000)})

    def test_entries_with_sizes_of_64_bits_are_read(self):
        self.write_archive(3, force_zip64=True)
        self.assert_numpy_reads(self.rewrite("a.npz", "b.npz"),
                                dict.fromkeys("012", np.array(1, np.uint8)))


if __name__ == "__main__":
    unittest.main()
