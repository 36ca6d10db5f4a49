#!/usr/bin/env python3
"""What logistic regression on counts of letters makes of the names of the sample: scikit-learn's baseline.

    names --seed 1 --list-test test.csv
    names_baseline.py [--names samples/names/data] test.csv...

Learns from all names but those of a test, n-grams of 1 to 4 characters with the ends of the name, and prints
accuracy and macro F1 on that test, beside those that the sample had. What a number of n-grams is worth (tf-idf) and
the strength of the penalty are those that did best in a cross-validation on the names to learn from.
"""

import argparse
import csv
import pathlib
import statistics
import warnings

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

NAMES = pathlib.Path(__file__).parent.parent.parent / "samples/names/data"


def model():
    steps = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True, lowercase=False),
                          LogisticRegression(max_iter=300))
    return GridSearchCV(steps, {"logisticregression__C": [3, 10, 30]}, cv=3)


def marked(names):
    """With a sign for each end, so that n-grams know where they are."""
    return [f"^{name}$" for name in names]


def scores(folder, test_file):
    """Accuracy and F1 of the baseline, then those of what the file says."""
    with open(test_file, newline="", encoding="utf-8") as file:
        test = list(csv.DictReader(file))
    held_out = {(row["language"], row["name"]) for row in test}
    learned = [(name, path.stem) for path in sorted(folder.glob("*.txt"))
               for name in path.read_text(encoding="utf-8").split("\n") if name and (path.stem, name) not in held_out]
    names, labels = zip(*learned)
    fitted = model().fit(marked(names), labels)
    right = [row["language"] for row in test]
    result = []
    for said in (fitted.predict(marked(row["name"] for row in test)), [row["said"] for row in test]):
        result += [accuracy_score(right, said), f1_score(right, said, average="macro")]
    return fitted.best_params_["logisticregression__C"], result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--names", type=pathlib.Path, default=NAMES)
    parser.add_argument("tests", nargs="+")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = []
    for test in options.tests:
        strength, row = scores(options.names, test)
        rows.append(row)
        print(f"{test}: C={strength} baseline accuracy {row[0]:.4f} F1 {row[1]:.4f}; sample {row[2]:.4f} {row[3]:.4f}",
              flush=True)
    means = [statistics.mean(column) for column in zip(*rows)]
    print("mean: baseline accuracy {:.4f} F1 {:.4f}; sample {:.4f} {:.4f}".format(*means))


if __name__ == "__main__":
    main()
