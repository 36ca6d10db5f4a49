"""linear_regression_graph from the outside: the graph finds the line that the points lie on."""

from sample import main
from training import TrainingSampleTest, safetensors_in

LAST = "weight={} bias={} loss={} steps={}"


class LinearRegressionGraph(TrainingSampleTest):
    flags = ["--max-step", "--learning-rate", "--seed", "--freeze-weight", "--points",
             *TrainingSampleTest.training_flags]
    tags = ["error"]
    logged_names = ["original_data/x", "original_data/y_true", "linear_model/weights",
                    "linear_model/bias", "linear_model/matmul", "loss/error",
                    "gd_optimizer/minimize"]
    long_run = ["--max-step", 1_000_000_000]

    def own_file(self, name, rows):
        """As many points as there are rows: this sample reads no files."""
        return self.file(name, "".join(row + "\n" for row in rows))

    def own_data(self, file):
        return ["--points", len(file.read_text().splitlines())]

    def test_the_defaults_find_the_line_for_every_seed(self):
        for flags in ([], *(["--seed", seed] for seed in range(10))):
            with self.subTest(flags=flags):
                weight, bias, loss, steps = self.last_line(LAST, *flags)
                self.assertAlmostEqual(weight, 0.8, delta=1e-3)
                self.assertAlmostEqual(bias, 0.7, delta=1e-3)
                self.assertLess(loss, 1e-6)
                self.assertEqual(steps, 1000)

    def test_the_exported_line_is_the_one_that_is_printed(self):
        weight, bias, _, _ = self.last_line(LAST, "--export", "line.safetensors")
        exported = safetensors_in(self.folder / "line.safetensors")
        self.assertAlmostEqual(exported["weight"][0] / weight, 1, delta=1e-8)
        self.assertAlmostEqual(exported["bias"][0] / bias, 1, delta=1e-8)

    def test_a_variable_that_is_not_trainable_stays_and_the_bias_learns(self):
        few = self.last_line(LAST, "--freeze-weight", "--max-step", 1)
        many = self.last_line(LAST, "--freeze-weight", "--max-step", 1000)
        self.assertEqual(few[0], many[0])
        self.assertNotEqual(few[1], many[1])
        self.assertLess(many[2], few[2])

    def test_more_steps_lower_the_loss(self):
        losses = [self.last_line(LAST, "--max-step", steps)[2] for steps in (1, 10, 100)]
        self.assertEqual(losses, sorted(losses, reverse=True))


if __name__ == "__main__":
    main(LinearRegressionGraph)
