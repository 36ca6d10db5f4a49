"""logistic_regression from the outside: accuracy, scikit-learn's optimum, users' own files."""

import csv
import math
import pathlib
import random

from sample import main
from training import TrainingSampleTest, safetensors_in

LAST = "train_accuracy={} test_accuracy={} loss={}"
DATA = pathlib.Path(__file__).parents[2] / "samples/logistic_regression/data"


def coefficients_in(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["name"]: float(row["coefficient"]) for row in rows}


class LogisticRegression(TrainingSampleTest):
    flags = ["--csv", "--target", "--test-fraction", "--seed", "--max-step", "--l2",
             "--learning-rate", "--momentum", "--tolerance", "--top", "--coefficients",
             *TrainingSampleTest.training_flags]
    def own_file(self, name, rows):
        """Rows of two features and a label."""
        return self.file(name, "a,b,label\n" + "".join(row + "\n" for row in rows))

    def own_data(self, file):
        return ["--csv", file, "--target", "label"]

    tags = ["loss", "cross_entropy", "largest_gradient"]
    logged_in_20_steps = 21  # before each step, and at the end
    long_run = ["--max-step", 1_000_000_000, "--tolerance", 0]

    def test_the_exported_model_is_for_features_in_their_own_units(self):
        text = self.output_of("--test-fraction", 0, "--export", "model.safetensors")
        exported = safetensors_in(self.folder / "model.safetensors")
        with open(DATA / "breast_cancer.csv", newline="") as file:
            rows = [row for row in csv.reader(file)]
        label = rows[0].index("diagnosis")
        right = 0
        for row in rows[1:]:
            features = [float(cell) for column, cell in enumerate(row) if column != label]
            logit = exported["linear.bias"][0] + math.fsum(
                weight * x for weight, x in zip(exported["linear.weight"], features, strict=True))
            right += (logit > 0) == (row[label] == "malignant")
        self.assertIn(f"Right on {100 * right / (len(rows) - 1):.2f} % of the training rows", text)

    def test_the_defaults_reach_the_optimum_and_test_accuracy_0_96(self):
        text = self.output_of()
        self.assertIn("At the optimum after", text)
        train, test, loss = self.last_line(LAST)
        self.assertGreaterEqual(train, 0.96)
        self.assertGreaterEqual(test, 0.96)
        self.assertLess(loss, math.log(2))

    def test_the_optimum_is_scikit_learns_to_three_digits(self):
        found = self.folder / "found.csv"
        self.output_of("--test-fraction", 0, "--coefficients", found)
        expected = coefficients_in(DATA / "reference_coefficients.csv")
        found = coefficients_in(found)
        self.assertEqual(len(expected), 31)
        self.assertEqual(found.keys(), expected.keys())
        for name, value in expected.items():
            self.assertAlmostEqual(found[name] / value, 1, delta=5e-4, msg=name)

    def test_every_seed_splits_by_label_and_reaches_the_optimum(self):
        for seed in range(5):
            text = self.output_of("--seed", seed)
            # 20 % of 357 benign and 212 malignant rows: 71 and 42.
            self.assertIn("456 rows to train on, 113 held out", text)
            self.assertIn("At the optimum", text)

    def test_confusion_matrix_and_accuracy_say_the_same(self):
        lines = self.output_of().splitlines()
        head = next(i for i, line in enumerate(lines) if line.startswith("Confusion matrix"))
        benign, malignant = ([int(n) for n in lines[head + i].split()[-2:]] for i in (2, 3))
        self.assertEqual((sum(benign), sum(malignant)), (71, 42))
        _, test, _ = self.last_line(LAST)
        self.assertAlmostEqual((benign[0] + malignant[1]) / 113, test, delta=1e-6)

    def test_the_largest_coefficients_are_named(self):
        text = self.output_of("--test-fraction", 0, "--top", 2)
        expected = coefficients_in(DATA / "reference_coefficients.csv")
        names = sorted((n for n in expected if n[0] != "("), key=lambda n: -abs(expected[n]))
        self.assertIn(names[0], text)
        self.assertIn(names[1], text)
        self.assertNotIn(names[2] + "\n", text)

    def test_few_steps_stop_before_the_optimum_and_say_so(self):
        self.assertIn("Stopped after 3 steps, before the optimum", self.output_of("--max-step", 3))

    def test_without_held_out_rows_the_test_accuracy_is_nan(self):
        self.assertTrue(math.isnan(self.last_line(LAST, "--test-fraction", 0)[1]))

    def users_file(self, labels, end="\n"):
        draw = random.Random(7)
        rows = [["height", "the label", "constant", "a \"b\", c"]]
        for row in range(80):
            height = 1e6 * (draw.gauss(0, 1) + 6 * (row % 2))
            rows.append([f"{height}", labels[row % 2], "0.1", f"{draw.random()}"])
        quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
        text = "".join(",".join(row) + end for row in quoted)
        return self.file("own.csv", text)

    def test_a_users_file_of_any_labels_is_learnt(self):
        # The labels' means are 6 deviations apart: the middle between them is wrong in 0.13 %.
        for labels in (("0", "1"), ("-1", "1"), ("no", "yes"), ("1.0", "2e0")):
            with self.subTest(labels=labels):
                file = self.users_file(labels, "\r\n")
                train, test, _ = self.last_line(LAST, "--csv", file, "--target", "the label")
                self.assertGreaterEqual(train, 0.95)
                self.assertGreaterEqual(test, 0.9)

    def test_coefficients_of_a_users_file_are_written_by_name(self):
        found = self.folder / "found.csv"
        file = self.users_file("nj")
        self.output_of("--csv", file, "--target", "the label", "--coefficients", found)
        coefficients = coefficients_in(found)
        self.assertEqual(list(coefficients), ["height", "constant", 'a "b", c', "(intercept)"])
        self.assertGreater(abs(coefficients["height"]), 10 * abs(coefficients['a "b", c']))
        # Only the penalty acts on it: l2 * coefficient is within the tolerance, 1e-8.
        self.assertAlmostEqual(coefficients["constant"], 0, delta=1.01e-6)

    def test_a_file_that_cannot_be_used_is_refused_at_its_place(self):
        cases = {
            "a,b,y\n1,2,0\n3,4\n": r"a ragged row: 2 cells where the first row has 3.*bad\.csv:3:4$",
            "a,b,y\n1,2,0\n3,abc,1\n": r'column "b": "abc" is not a number.*bad\.csv:3:3$',
            "a,b,y\n1,2,0\n3,,1\n": r'column "b": the cell is empty.*bad\.csv:3:3$',
            "a,b,y\n1,2,0\n3,inf,1\n": r'column "b": "inf" is not a finite number.*bad\.csv:3:3$',
            "a,b\n1,2\n": r'no column named "y"; there are "a", "b".*bad\.csv:1:1$',
            "a,a,y\n1,2,0\n": r'a second column named "a".*bad\.csv:1:3$',
            "a,y\n1,0\n2,1\n3,2\n": r'column "y": a third label "2".*bad\.csv:4:3$',
            "a,y\n1,no\n2,yes\n3,\n": r"the label is missing.*bad\.csv:4:3$",
            "a,y\n1,0\n2,nan\n": r'column "y": "nan" is not a finite number.*bad\.csv:3:3$',
            "a,y\n1,yes\n2,yes\n": r'column "y": every label is "yes".*bad\.csv:2:3$',
            "y\n0\n1\n": r"no column beside the target.*bad\.csv:2:1$",
            "a,y\n": r"no rows.*bad\.csv:1:4$",
            "a,y\n1e200,0\n-1e200,1\n": r'column "a": its standard deviation is beyond double',
            "": r"this is an empty file, not a table of UTF-8 text: .*bad\.csv; ",
        }
        for text, message in cases.items():
            with self.subTest(text=text):
                self.assert_refused(message, "--csv", self.file("bad.csv", text), "--target", "y")
        self.assert_refused(r"cannot open: missing\.csv: No such file", "--csv", "missing.csv",
                            "--target", "y")

    def test_flags_out_of_range_are_refused(self):
        for value in ("-0.1", "1", "nan", "half"):
            self.assert_flag_refused("--test-fraction", value, "finite number from 0 and below 1")
        for flag in ("--learning-rate", "--l2", "--tolerance"):
            for value in ("-1", "nan", "inf", "-inf", "1e999"):
                self.assert_flag_refused(flag, value, "finite number from 0")
        for value in ("1", "-0.1", "nan"):
            self.assert_flag_refused("--momentum", value, "finite number from 0 and below 1")
        for value in ("0", "-1", "1.5"):
            self.assert_flag_refused("--max-step", value, "whole number, 1 or more")

    def test_a_file_and_its_target_come_together(self):
        self.assert_refused("--target", "--csv", self.file("own.csv", "a,y\n1,0\n2,1\n"))
        self.assert_refused("--csv", "--target", "diagnosis")

    def test_a_learning_rate_that_diverges_is_an_error(self):
        self.assert_refused("try a smaller one", "--learning-rate", 1e6, "--l2", 1)

    def test_progress_is_for_terminals_only(self):
        long = ["--tolerance", 0, "--max-step"]
        self.assert_terminal_sees(r"step \d+ of 1000000000, loss", *long, 1_000_000_000)
        self.assertNotRegex(self.output_of(*long, 20_000), r"step \d+ of|\r|\x1b")


if __name__ == "__main__":
    main(LogisticRegression)
