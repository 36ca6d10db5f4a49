#!/usr/bin/env python3
"""Write the coefficients that an independent solver finds for the logistic_regression sample.

    python3 tools/make_logistic_reference.py [--l2 0.01] [FILE]

The sample minimises  mean(cross-entropy) + l2/2 * sum(weight^2)  on standardised features and
leaves the intercept free; scikit-learn minimises  C * sum(cross-entropy) + 1/2 * sum(weight^2)
and leaves it free too. Both have one optimum, the same where C = 1 / (l2 * rows). Newton's method
and L-BFGS must agree on it to five digits before anything is written.
"""

import argparse
import csv
import pathlib

import numpy
from sklearn.linear_model import LogisticRegression

DATA = pathlib.Path(__file__).parent.parent / "samples/logistic_regression/data"


def read_data():
    with (DATA / "breast_cancer.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    features = numpy.array([row[:-1] for row in rows], dtype=float)
    malignant = numpy.array([row[-1] == "malignant" for row in rows])
    return header[:-1], features, malignant


def solve(solver, features, target, l2):
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    strength = 1 / (l2 * len(target))
    model = LogisticRegression(C=strength, solver=solver, tol=1e-12, max_iter=100_000)
    model.fit(scaled, target)
    return numpy.append(model.coef_[0], model.intercept_[0])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--l2", type=float, default=0.01)
    arguments.add_argument("file", nargs="?", type=pathlib.Path,
                           default=DATA / "reference_coefficients.csv")
    options = arguments.parse_args()

    names, features, malignant = read_data()
    newton = solve("newton-cholesky", features, malignant, options.l2)
    lbfgs = solve("lbfgs", features, malignant, options.l2)
    numpy.testing.assert_allclose(newton, lbfgs, rtol=1e-5)
    with options.file.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "coefficient"])
        for name, coefficient in zip([*names, "(intercept)"], newton, strict=True):
            writer.writerow([name, f"{coefficient:.9g}"])


if __name__ == "__main__":
    main()
