#!/usr/bin/env python3
"""Write samples/logistic_regression/data/breast_cancer.csv from scikit-learn's copy of the data.

    python3 tools/make_breast_cancer_csv.py [FILE]

The numbers are kept as scikit-learn's file spells them: no digit is lost or made up. Only the
header (30 feature names, then diagnosis) and the two labels are written anew.
"""

import csv
import importlib.resources
import pathlib
import sys

from sklearn.datasets import load_breast_cancer

ROOT = pathlib.Path(__file__).parent.parent
DEFAULT = ROOT / "samples/logistic_regression/data/breast_cancer.csv"


def rows_as_spelled():
    source = importlib.resources.files("sklearn.datasets.data") / "breast_cancer.csv"
    with source.open(newline="") as file:
        counts, *rows = csv.reader(file)
    if counts != ["569", "30", "malignant", "benign"] or len(rows) != 569:
        raise SystemExit(f"{source}: not the file this tool knows: it begins with {counts}")
    return rows


def check(rows, data):
    for row, features, target in zip(rows, data.data, data.target, strict=True):
        assert [float(cell) for cell in row] == [*features, target]


def main():
    data = load_breast_cancer()
    rows = rows_as_spelled()
    check(rows, data)
    names = [name.replace(" ", "_") for name in data.feature_names]
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    with output.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*names, "diagnosis"])
        for row in rows:
            writer.writerow([*row[:-1], data.target_names[int(row[-1])]])


if __name__ == "__main__":
    main()
