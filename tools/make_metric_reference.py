#!/usr/bin/env python3
"""Write what scikit-learn's metrics give, for tests/train/metrics_test.cpp.

    python3 tools/make_metric_reference.py [FILE]

The examples are drawn here: labels of two and of four classes, scores with ties, numbers with
several outputs, and weights for all of them. The C++ test looks each value up by its name.
"""

import pathlib
import sys
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m

FILE = pathlib.Path(__file__).parent.parent / "tests/train/reference/metrics.hpp"
ROWS, CLASSES, OUTPUTS = 40, 4, 3

rng = np.random.default_rng(13)
weights = rng.integers(0, 9, ROWS) / 4
two = rng.integers(0, 2, ROWS)
two_scores = np.clip(two * 0.25 + rng.integers(0, 25, ROWS) / 32, 0, 1)
four = rng.integers(0, CLASSES, ROWS)
four_logits = np.round(rng.normal(0, 1, (ROWS, CLASSES)) + 1.2 * np.eye(CLASSES)[four], 1)
four_scores = np.exp(four_logits) / np.exp(four_logits).sum(1, keepdims=True)
numbers = np.round(rng.normal(3, 2, (ROWS, OUTPUTS)), 2)
guesses = np.round(numbers + rng.normal(0, 1, (ROWS, OUTPUTS)), 2)
DATA = {"weights": weights, "two": two, "two_scores": two_scores, "four": four, "four_logits": four_logits,
        "four_scores": four_scores, "numbers": numbers, "guesses": guesses}
AVERAGES = ("micro", "macro", "weighted")
CLASS_SCORES = {"precision": m.precision_score, "recall": m.recall_score, "f1": m.f1_score}


def of_classes(values, w):
    said_two, said_four = (two_scores > 0.5).astype(int), four_logits.argmax(1)
    empty = np.where(four == 2, 1, four)  # nobody is of class 2, which is predicted all the same
    values["accuracy, two"] = m.accuracy_score(two, said_two, sample_weight=w)
    values["accuracy, four"] = m.accuracy_score(four, said_four, sample_weight=w)
    for k in (1, 2, 3):
        values[f"top {k}"] = m.top_k_accuracy_score(four, four_logits, k=k, sample_weight=w)
    for name, score in CLASS_SCORES.items():
        values[f"{name}, binary"] = score(two, said_two, sample_weight=w)
        values[f"{name}, binary 0"] = score(two, said_two, pos_label=0, sample_weight=w)
        values[f"{name}, never said"] = score(two, np.zeros(ROWS, int), sample_weight=w)
        values[f"{name}, one class"] = score(np.ones(ROWS, int), np.ones(ROWS, int), sample_weight=w)
        for average in AVERAGES:
            values[f"{name}, {average}"] = score(four, said_four, average=average, sample_weight=w)
            values[f"{name}, {average}, empty"] = score(empty, said_four, average=average, sample_weight=w)
            for divided in (1.0, np.nan):
                values[f"{name}, {average}, six classes, {divided}"] = score(
                    empty, said_four, labels=range(6), average=average, sample_weight=w, zero_division=divided)


def of_rankings(values, w):
    values["roc_auc, two"] = m.roc_auc_score(two, two_scores, sample_weight=w)
    values["average_precision, two"] = m.average_precision_score(two, two_scores, sample_weight=w)
    values["roc_auc, one class"] = m.roc_auc_score(np.ones(ROWS, int), two_scores, sample_weight=w)
    values["average_precision, no positive"] = m.average_precision_score(np.zeros(ROWS, int), two_scores,
                                                                         sample_weight=w)
    for average in ("macro", "weighted"):
        values[f"roc_auc, {average}"] = m.roc_auc_score(four, four_scores, multi_class="ovr", average=average,
                                                        sample_weight=w)
        values[f"average_precision, {average}"] = m.average_precision_score(four, four_scores, average=average,
                                                                            sample_weight=w)


def of_errors(values, w):
    for name, score in {"mae": m.mean_absolute_error, "rmse": m.root_mean_squared_error, "r2": m.r2_score}.items():
        values[name] = score(numbers[:, 0], guesses[:, 0], sample_weight=w)
        values[f"{name}, several"] = score(numbers, guesses, sample_weight=w)
        constant = np.full(ROWS, 0.1)
        values[f"{name}, constant"] = score(constant, guesses[:, 0], sample_weight=w)
        values[f"{name}, met"] = score(constant, constant, sample_weight=w)
    values["perplexity"] = np.exp(m.log_loss(four, four_scores, sample_weight=w))


def table(w):
    values = {}
    for part in (of_classes, of_rankings, of_errors):
        part(values, w)
    return values


def spelled(value):
    return "not_a_number" if np.isnan(value) else repr(float(value))


def listed(name, values):
    kind = "std::int64_t" if values.dtype.kind == "i" else "double"
    cells = ", ".join(str(v) if kind != "double" else repr(float(v)) for v in values.ravel())
    return f"inline const std::vector<{kind}> {name} = {{{cells}}};"


def main():
    warnings.simplefilter("ignore")  # about classes without examples, which is what some cases are
    lines = [f"// Made by tools/make_metric_reference.py with scikit-learn {sklearn.__version__}.", "#pragma once",
             "", "#include <cstdint>", "#include <limits>", "#include <map>", "#include <string>",
             "#include <vector>", "", "namespace tapegrad::test {", "", "// clang-format off",
             "inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();"]
    lines += [listed(name, values) for name, values in DATA.items()]
    for name, w in (("plain", None), ("weighted", weights)):
        lines.append(f"inline const std::map<std::string, double> {name} = {{")
        lines += [f'    {{"{key}", {spelled(value)}}},' for key, value in table(w).items()]
        lines.append("};")
    lines += ["// clang-format on", "", "}  // namespace tapegrad::test", ""]
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    output.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
