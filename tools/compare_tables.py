#!/usr/bin/env python3
"""What scikit-learn's models reach on the folds of the sample tables.

    ./dev run tables --scores scores.csv
    python3 tools/compare_tables.py scores.csv [--csv FILE] [--target COLUMN]

Needs numpy and scikit-learn (1.9.1 for the figures in docs/tables.md). Numbers are filled with their median,
with an indicator, and scaled, as the sample does; categories are one-hot for the logistic regression, and
themselves for the trees, which take what is missing as it is. Everything is fitted on the part for training.
The strength of the logistic regression's penalty is the best of several, judged on the folds themselves, which
can only flatter it; the trees have scikit-learn's defaults, and with early stopping.
"""

import argparse
import csv
import pathlib

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

FLIGHTS = pathlib.Path(__file__).parent.parent / "samples/tables/data/flights.csv"


def read(path, target):
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name != target]
    columns, numeric = [], []
    for name in names:
        texts = [row[name] for row in rows]
        try:
            columns.append([float(text) if text else np.nan for text in texts])
            numeric.append(True)
        except ValueError:
            columns.append(texts)
            numeric.append(False)
    x = np.empty((len(rows), len(names)), dtype=object)
    for i, column in enumerate(columns):
        x[:, i] = column
    return x, np.array(numeric)


def logistic(numeric, strength):
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    categories = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10)
    columns = ColumnTransformer([("numbers", numbers, np.flatnonzero(numeric)),
                                 ("categories", categories, np.flatnonzero(~numeric))])
    return make_pipeline(columns, LogisticRegression(C=strength, max_iter=5000))


def trees(numeric, **options):
    categories = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    columns = ColumnTransformer([("numbers", "passthrough", np.flatnonzero(numeric)),
                                 ("categories", categories, np.flatnonzero(~numeric))])
    places = np.arange(numeric.sum(), len(numeric))
    return make_pipeline(columns, HistGradientBoostingClassifier(categorical_features=places, random_state=0, **options))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("scores", type=pathlib.Path)
    arguments.add_argument("--csv", type=pathlib.Path, default=FLIGHTS)
    arguments.add_argument("--target", default="late")
    options = arguments.parse_args()
    x, numeric = read(options.csv, options.target)
    with options.scores.open(newline="") as file:
        rows = list(csv.DictReader(file))
    fold = np.array([int(row["fold"]) for row in rows])
    label = np.array([int(row["label"]) for row in rows])

    def report(name, score):
        areas = [roc_auc_score(label[fold == k], score[fold == k]) for k in np.unique(fold)]
        print(f"{name:<44} {np.mean(areas):.4f} ± {np.std(areas, ddof=1):.4f}  log loss {log_loss(label, score):.4f}",
              flush=True)

    report("tables", np.array([float(row["score"]) for row in rows]))
    models = {f"logistic regression, C = {c:g}": logistic(numeric, c) for c in (0.01, 0.03, 0.1, 0.3, 1)}
    models["gradient boosting, defaults"] = trees(numeric)
    models["gradient boosting, early stopping, rate 0.05"] = trees(numeric, early_stopping=True, learning_rate=0.05)
    for name, model in models.items():
        score = np.empty(len(label))
        for k in np.unique(fold):
            model.fit(x[fold != k], label[fold != k])
            score[fold == k] = model.predict_proba(x[fold == k])[:, 1]
        report(name, score)


if __name__ == "__main__":
    main()
