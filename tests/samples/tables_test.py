"""tables from the outside: what it learns, what it takes from the part for training, and tables that are none."""

import collections
import csv
import math
import os
import pathlib
import re
import statistics

from sample import main
from trainer import TrainerSampleTest
from training import safetensors_in

DATA = pathlib.Path(__file__).parent.parent.parent / "samples/tables/data/flights.csv"
LAST = "roc_auc={} deviation={} log_loss={} folds={} steps={}"
NUMBERS = ["hour", "distance", "plane_year", "plane_seats", "temp", "humid", "wind_speed", "wind_gust", "precip",
           "pressure", "visib"]


def area_under_roc(rows):
    """By its definition: how often a late one is above one that isn't, ties counted half."""
    scores = sorted(float(row["score"]) for row in rows if row["label"] == "0")
    above = 0
    for row in rows:
        if row["label"] == "1":
            score = float(row["score"])
            above += sum(0.5 if other == score else other < score for other in scores)
    return above / len(scores) / (len(rows) - len(scores))


class Tables(TrainerSampleTest):
    flags = ["--csv", "--target", "--categories", "--rare", "--folds", "--epochs", "--max-step", "--batch-size",
             "--learning-rate", "--weight-decay", "--seed", "--scores", "--model-dir", "--save-every", "--log-dir",
             "--export", "--predict", "--weights"]
    short = ["--folds", 2, "--max-step", 3, "--epochs", 1, "--batch-size", 1500]
    whole = ["--folds", 2, "--epochs", 2]
    parts = ["fold-1", "fold-2"]
    exported = {"fill": 11, "mean": 11, "scale": 11, "told": 11, "hidden2.weight": 2048, "out.weight": 32}

    def arguments(self):
        return list(map(str, self.short))

    def colours(self, name="colours.csv", rows=240):
        """Red ones are in; of the others those whose size, if there is one, is above 5."""
        lines = ["colour,size,shade,in"]
        for i in range(rows):
            colour, size = ("red", "green", "blue")[i % 3], i * 7 % 11
            belongs = colour == "red" or size > 5 and i % 5 != 0
            shown = "" if i % 5 == 0 else size
            lines.append(f"{colour},{shown},{i % 4},{'yes' if belongs else 'no'}")
        return self.file(name, "\n".join(lines) + "\n")

    def own(self, path, epochs=60, batch=16):
        return ["--csv", path, "--target", "in", "--folds", 3, "--epochs", epochs, "--batch-size", batch]

    def test_the_defaults_rank_late_flights_within_a_minute(self):
        begun = os.times().children_user
        area, deviation, loss, folds, steps = self.last_line(LAST, "--scores", "scores.csv")
        self.assertGreater(area, 0.7)
        self.assertLess(deviation, 0.03)
        self.assertLess(loss, 0.505)
        self.assertEqual((folds, steps), (5, 5 * 8 * 100))
        self.assertLess(os.times().children_user - begun, 60)  # of a processor: others may be busy
        # Each row was held out once, folds have the classes in their shares, and the areas are right.
        with open(self.folder / "scores.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        with DATA.open(newline="") as file:
            labels = [row["late"] for row in csv.DictReader(file)]
        self.assertEqual([int(row["row"]) for row in rows], list(range(1, 8001)))
        self.assertEqual([("no", "yes")[int(row["label"])] for row in rows], labels)
        parts = collections.defaultdict(list)
        for row in rows:
            parts[row["fold"]].append(row)
        self.assertEqual({sum(row["label"] == "1" for row in part) for part in parts.values()}, {392})
        areas = [area_under_roc(part) for part in parts.values()]
        self.assertAlmostEqual(statistics.mean(areas), area, places=5)
        self.assertAlmostEqual(statistics.stdev(areas), deviation, places=5)
        losses = [-math.log(float(row["score"]) if row["label"] == "1" else 1 - float(row["score"])) for row in rows]
        self.assertAlmostEqual(statistics.mean(losses), loss, places=5)

    def test_what_is_missing_and_how_numbers_are_scaled_comes_from_the_rows_that_are_learned_from(self):
        self.output_of(*self.short, "--export", "x.safetensors")  # a model of all rows
        found = safetensors_in(self.folder / "x.safetensors")
        with DATA.open(newline="") as file:
            rows = list(csv.DictReader(file))
        for i, name in enumerate(NUMBERS):
            there = [float(row[name]) for row in rows if row[name]]
            median = statistics.median(there)
            filled = there + [median] * (len(rows) - len(there))
            for entry, wanted in (("fill", median), ("mean", statistics.fmean(filled)),
                                  ("scale", statistics.pstdev(filled)), ("told", len(there) < len(rows))):
                self.assertAlmostEqual(found[entry][i] / (wanted or 1), wanted / (wanted or 1), places=6, msg=name)

    def test_nothing_of_a_row_that_is_held_out_is_known_in_its_fold(self):
        # The row's number is enormous, and its colour unknown elsewhere: whoever scaled with it, or knew it,
        # would give others other scores.
        plain = self.colours().read_text()
        scores = []
        for last in ("green,3,1,no\n", "violet,1e9,1,no\n"):
            text = self.file("own.csv", plain + last)
            self.output_of(*self.own(text, epochs=2, batch=1000), "--scores", "scores.csv")
            with open(self.folder / "scores.csv", newline="") as file:
                scores.append(list(csv.DictReader(file)))
        fold = scores[0][-1]["fold"]
        self.assertEqual([row["score"] for row in scores[0][:-1] if row["fold"] == fold],
                         [row["score"] for row in scores[1][:-1] if row["fold"] == fold])
        self.assertNotEqual([row["score"] for row in scores[0]], [row["score"] for row in scores[1]])

    def test_a_table_of_ones_own_is_learned_with_what_is_missing_in_it(self):
        area, _, loss, folds, _ = self.last_line(LAST, *self.own(self.colours()), "--learning-rate", 0.02)
        self.assertEqual(folds, 3)
        self.assertGreater(area, 0.99)
        self.assertLess(loss, 0.15)

    def test_numbers_may_stand_for_categories(self):
        text = self.output_of(*self.own(self.colours(), epochs=1), "--categories", "shade,size")
        self.assertIn("240 rows, 0 columns of numbers and 3 of categories; 48 cells without a value.", text)
        text = self.output_of(*self.own(self.colours(), epochs=1))
        self.assertIn("240 rows, 2 columns of numbers and 1 of categories; 48 cells without a value.", text)
        self.assert_refused('no column named "shape"', *self.own(self.colours()), "--categories", "shade,shape")

    def test_predictions_take_unknown_categories_and_missing_values(self):
        table = self.colours()
        trained = self.output_of(*self.own(table), "--learning-rate", 0.02, "--export", "x.safetensors")
        self.assertRegex(trained.splitlines()[-1], LAST.format(*[r"\S+"] * 5))
        # Other columns, another order, no target; violet isn't known, neither is what stands for nothing.
        new = self.file("new.csv", "note,size,colour,shade\na,9,red,1\nb,1,green,1\nc,NA,violet,?\nd,,,1\n")
        text = self.output_of("--predict", new, "--weights", "x.safetensors")
        self.assertIn("Not known from the training: colour violet.\n", text)
        self.assertIn("Not known from the training: colour without a value.\n", text)
        rows = [float(score) for score in re.findall(r"^row \d: yes (\S+)$", text, re.MULTILINE)]
        self.assertGreater(rows[0], 0.9)
        self.assertLess(rows[1], 0.1)
        self.assertTrue(all(0 < score < 1 for score in rows[2:]), rows)
        self.assertEqual(text.splitlines()[-1], "rows=4 unknown=2")

    def test_what_cannot_be_predicted_is_refused_with_its_place(self):
        self.output_of(*self.own(self.colours(), epochs=1), "--export", "x.safetensors")
        for content, message in (("size,colour\n1,red\n", 'no column named "shade"'),
                                 ("size,shade,colour\n1,1,red\n1,many,red\n", r"many.*new\.csv:3:3"),
                                 ("size,shade,colour\n1,1\n", r"new\.csv:2"), ("", r"new\.csv")):
            self.assert_refused(message, "--predict", self.file("new.csv", content), "--weights", "x.safetensors")
        self.assert_refused("cannot open: none", "--predict", self.colours(), "--weights", "none")
        self.assert_refused("--weights", "--predict", self.colours())
        torn = (self.folder / "x.safetensors").read_bytes()[:-10]
        (self.folder / "torn.safetensors").write_bytes(torn)
        self.assert_refused("torn.safetensors", "--predict", self.colours(), "--weights", "torn.safetensors")

    def test_tables_that_are_none_are_refused_with_their_place(self):
        for content, message in (
                ("a,in\n1,yes\n2\n", r"own\.csv:3"), ("a,in\n1,yes\n2,no,3\n", r"own\.csv:3"),
                ("a,in\n1,yes\ninf,no\n", r'"a": "inf" is not a finite number within .*own\.csv:3:1'),
                ("b,a,in\n,-Infinity,yes\nx,2,no\n", r'"a": "-Infinity" is not a finite .*own\.csv:2:2'),
                ("a,in\n1,yes\n2,\n", r"no value of in.*own\.csv:3:3"),
                ("a,in\n1,yes\n2,no\n3,maybe\n", "in has 3 different values, but two classes"),
                ("a,in\n1,yes\n2,yes\n", "in has 1 different values"), ("a,b\n1,yes\n2,no\n", 'no column named "in"'),
                ("a,in\n1,yes\n2,no\n", "stratified_k_fold.*3"), ("", r"own\.csv"),
                ('a,in\n"1,yes\n', r"own\.csv:2"), ("a,in\n" + "x,yes\nx,no\n" * 4, "roc_auc=0.5")):
            with self.subTest(content):
                flags = self.own(self.file("own.csv", content))
                if message.startswith("roc_auc"):  # nothing to learn from, but a table
                    self.assertIn(message, self.output_of(*flags))
                else:
                    self.assert_refused(message, *flags)
        self.assert_refused("none", "--csv", "none")
        empty = self.file("own.csv", "a,b,in\n" + "1,,yes\n2,,no\n" * 9)
        self.assert_refused("Imputer.fit: feature 1 .* none but NaN", *self.own(empty))

    def test_flags_out_of_range_are_refused(self):
        self.assert_flag_refused("--folds", "1", "whole number, 2 or more")
        for flag in ("--epochs", "--batch-size", "--rare"):
            self.assert_flag_refused(flag, "0", "whole number, 1 or more")
        self.assert_flag_refused("--learning-rate", "0", "finite number above 0")
        self.assert_refused("--scores: cannot write into the folder none: No such file", "--scores", "none/x.csv")

    def test_progress_is_for_terminals_only(self):
        self.assert_terminal_sees(r"\r\x1b\[Kepoch \d+/10000", "--epochs", 10000, "--batch-size", 1)
        self.assertNotRegex(self.output_of(*self.short), r"\r|\x1b")


if __name__ == "__main__":
    main(Tables)
