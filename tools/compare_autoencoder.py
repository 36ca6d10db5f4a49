#!/usr/bin/env python3
"""What scikit-learn's PCA leaves of the test images of the sample autoencoder.

    python3 tools/compare_autoencoder.py [--mnist DIR] [CODE ...]

Mean squared error by how many components, ink being 1; fitted on the images to learn from. Needs numpy and
scikit-learn (1.9.1 for the figures in docs/autoencoder.md).
"""

import argparse
import gzip
import pathlib

import numpy as np
from sklearn.decomposition import PCA

DIGITS = pathlib.Path(__file__).parent.parent / "samples/digits/data"


def images_of(folder, part):
    path = folder / f"{part}-images-idx3-ubyte"
    content = path.read_bytes() if path.exists() else gzip.decompress(pathlib.Path(f"{path}.gz").read_bytes())
    count = int.from_bytes(content[4:8], "big")
    return np.frombuffer(content, np.uint8, offset=16).reshape(count, -1).astype(float)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--mnist", type=pathlib.Path, default=DIGITS)
    arguments.add_argument("codes", type=int, nargs="*", default=[2, 4, 8, 16, 32])
    options = arguments.parse_args()
    train, test = images_of(options.mnist, "train"), images_of(options.mnist, "t10k")
    ink = max(1.0, train.max())
    for code in options.codes:
        pca = PCA(code, svd_solver="full").fit(train)
        left = pca.inverse_transform(pca.transform(test))
        print(f"{code} components: {np.mean(((left - test) / ink) ** 2):.8f}")


if __name__ == "__main__":
    main()
