#!/usr/bin/env python3
"""Write samples/digits/data from scikit-learn's copy of the handwritten digits, as MNIST's files.

    python3 tools/make_digits_idx.py [FOLDER]

1797 images of 8 x 8 numbers from 0 to 16. 36 images of each digit, drawn once and for all, are the
test; the others are what a model may learn from. The bytes are the same for each run of the tool.
"""

import gzip
import pathlib
import struct
import sys

import numpy as np
from sklearn.datasets import load_digits

FOLDER = pathlib.Path(__file__).parent.parent / "samples/digits/data"
TESTED = 36  # of each of the ten digits


def is_test(labels):
    draw = np.random.default_rng(0)
    chosen = np.zeros(len(labels), bool)
    for digit in range(10):
        chosen[draw.permutation(np.flatnonzero(labels == digit))[:TESTED]] = True
    return chosen


def write_idx(path, array):
    """Unsigned bytes (8) of this rank, sizes as big-endian 32-bit integers, elements row by row."""
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(head + array.astype(np.uint8).tobytes(), 9, mtime=0))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    digits = load_digits()
    assert digits.images.shape == (1797, 8, 8) and digits.images.max() == 16
    assert (digits.images == digits.images.astype(np.uint8)).all()
    chosen = is_test(digits.target)
    for name, part in (("train", ~chosen), ("t10k", chosen)):
        write_idx(folder / f"{name}-images-idx3-ubyte.gz", digits.images[part])
        write_idx(folder / f"{name}-labels-idx1-ubyte.gz", digits.target[part])


if __name__ == "__main__":
    main()
