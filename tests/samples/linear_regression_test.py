"""linear_regression from the outside: lines known in advance, and users' own files."""

import random
import statistics

from sample import main
from training import TrainingSampleTest, safetensors_in

LAST = "weight={} bias={} loss={} steps={}"


class LinearRegression(TrainingSampleTest):
    flags = ["--max-step", "--learning-rate", "--seed", "--freeze-weight", "--points", "--noise",
             "--csv", *TrainingSampleTest.training_flags]
    def own_file(self, name, rows):
        """Of each row of three numbers the first two."""
        return self.file(name, "a,b\n" + "".join(row.rsplit(",", 1)[0] + "\n" for row in rows))

    def own_data(self, file):
        return ["--csv", file]

    tags = ["loss", "line/weight", "line/bias"]
    long_run = ["--max-step", 1_000_000_000]

    def test_the_exported_line_is_the_one_that_is_printed(self):
        for flags in ([], ["--csv", self.file("y.csv", "1900,1\n1950,7\n2000,3\n")]):
            with self.subTest(flags=flags):
                weight, bias, _, _ = self.last_line(LAST, *flags, "--export", "line.safetensors")
                exported = safetensors_in(self.folder / "line.safetensors")
                # The last line has nine digits.
                self.assertAlmostEqual(exported["weight"][0] / weight, 1, delta=1e-8)
                self.assertAlmostEqual(exported["bias"][0] / bias, 1, delta=1e-8)

    def test_the_defaults_find_the_line_for_every_seed(self):
        runs = [[], *(["--seed", seed] for seed in range(20))]
        for flags in runs:
            with self.subTest(flags=flags):
                weight, bias, loss, steps = self.last_line(LAST, *flags)
                self.assertAlmostEqual(weight, 0.8, delta=1e-3)
                self.assertAlmostEqual(bias, 0.7, delta=1e-3)
                self.assertLess(loss, 1e-6)
                self.assertEqual(steps, 1000)

    def test_max_step_is_the_number_of_steps(self):
        for steps in (1, 7):
            self.assertEqual(self.last_line(LAST, "--max-step", steps)[3], steps)

    def test_more_steps_lower_the_loss(self):
        losses = [self.last_line(LAST, "--max-step", steps)[2] for steps in (1, 10, 100)]
        self.assertEqual(losses, sorted(losses, reverse=True))

    def test_a_frozen_weight_stays_and_the_bias_learns(self):
        few = self.last_line(LAST, "--freeze-weight", "--max-step", 1)
        many = self.last_line(LAST, "--freeze-weight", "--max-step", 1000)
        self.assertEqual(few[0], many[0])
        self.assertNotEqual(few[1], many[1])
        self.assertLess(many[2], few[2])
        self.assertIn("frozen", self.output_of("--freeze-weight"))

    def test_noise_leaves_its_variance_as_the_loss(self):
        weight, bias, loss, _ = self.last_line(LAST, "--noise", 0.1, "--points", 10_000)
        # Four standard errors: 0.1 / sqrt(10000) for the line, 0.01 * sqrt(2 / 10000) for the loss.
        self.assertAlmostEqual(weight, 0.8, delta=0.004)
        self.assertAlmostEqual(bias, 0.7, delta=0.004)
        self.assertAlmostEqual(loss, 0.01, delta=0.0006)

    def test_a_file_gets_the_least_squares_line(self):
        draw = random.Random(5)
        x = [1900 + 120 * draw.random() for _ in range(50)]
        y = [3e4 - 17.5 * value + draw.gauss(0, 40) for value in x]
        slope, intercept = statistics.linear_regression(x, y)
        left = statistics.fmean((b - slope * a - intercept) ** 2 for a, b in zip(x, y))
        rows = "".join(f"{a!r},{b!r}\r\n" for a, b in zip(x, y))
        for name, text in (("bare.csv", rows), ("named.csv", "year,price\r\n" + rows)):
            with self.subTest(name):
                weight, bias, loss, _ = self.last_line(LAST, "--csv", self.file(name, text))
                self.assertAlmostEqual(weight / slope, 1, delta=1e-6)
                self.assertAlmostEqual(bias / intercept, 1, delta=1e-6)
                self.assertAlmostEqual(loss / left, 1, delta=1e-6)

    def test_a_file_with_a_constant_y_gets_a_flat_line(self):
        weight, bias, _, _ = self.last_line(LAST, "--csv", self.file("flat.csv", "1,5\n2,5\n4,5\n"))
        self.assertAlmostEqual(weight, 0, delta=1e-6)
        self.assertAlmostEqual(bias, 5, delta=1e-6)

    def test_a_file_with_a_frozen_weight_gets_the_best_bias_for_it(self):
        file = self.file("few.csv", "1,2\n2,4\n4,3\n")
        weight, bias, _, _ = self.last_line(LAST, "--csv", file, "--freeze-weight")
        self.assertAlmostEqual(bias, 3 - weight * 7 / 3, delta=1e-6)

    def test_a_file_that_cannot_be_used_is_refused_at_its_place(self):
        cases = {
            "x,y\n1,2\n3\n": r"a ragged row.*bad\.csv:3:2$",
            "x,y\n1,2\n3,abc\n": r'column "y": "abc" is not a number.*bad\.csv:3:3$',
            "x,y\n1,nan\n": r'column "y": "nan" is not a finite number.*bad\.csv:2:3$',
            "1,2,3\n4,5,6\n": r"3 columns.*bad\.csv:1:1$",
            "5,1\n5,2\n": r"every x is 5.*bad\.csv:1:1$",
            "1,2\n": r"every x is 1.*bad\.csv:1:1$",
            "x,x\n1,2\n": r'a second column named "x".*bad\.csv:1:3$',
            "1e200,1\n-1e200,2\n": r"the numbers are too far apart.*bad\.csv:1:1$",
            "": r"this is an empty file, not a table of UTF-8 text: .*bad\.csv; ",
        }
        for text, message in cases.items():
            with self.subTest(text=text):
                self.assert_refused(message, "--csv", self.file("bad.csv", text))
        self.assert_refused(r"cannot open: missing\.csv: No such file", "--csv", "missing.csv")

    def test_flags_out_of_range_are_refused(self):
        for value in ("-5", "0", "1", "1.5", "many", "nan"):
            self.assert_flag_refused("--points", value, "whole number from 2")
        for value in ("-1", "0", "nan", "inf", "-inf", "1e999", "fast"):
            self.assert_flag_refused("--learning-rate", value, "finite number above 0")
        for value in ("-0.1", "nan", "inf"):
            self.assert_flag_refused("--noise", value, "finite number from 0")
        for value in ("0", "-1", "1.5"):
            self.assert_flag_refused("--max-step", value, "whole number, 1 or more")

    def test_flags_that_contradict_each_other_are_refused(self):
        file = self.file("ok.csv", "1,2\n2,3\n")
        self.assert_refused("--points", "--csv", file, "--points", 5)
        self.assert_refused("--noise", "--csv", file, "--noise", 1)

    def test_a_learning_rate_that_diverges_is_an_error(self):
        self.assert_refused("learning rate 10; try a smaller one", "--learning-rate", 10)

    def test_progress_is_for_terminals_only(self):
        self.assert_terminal_sees(r"step \d+ of 1000000000, loss", "--max-step", 1_000_000_000)
        self.assertNotRegex(self.output_of("--max-step", 400_000), r"step \d+ of|\r|\x1b")


if __name__ == "__main__":
    main(LinearRegression)
