"""Some operations on the samples of torch's operator tests; `./dev test torch` does all of them."""

import unittest

from programs import program

try:
    from torch_ops.driver import WIDE
    from torch_ops.suite import details, suite
except ImportError:
    suite = None

# One for each way in which operations differ: a number as an operand, a kink, several results,
# indices, masks, lists, views, dims, words, reductions of losses.
SAMPLE = ("add", "pow", "maximum", "where", "addcmul", "nn.functional.gelu", "sum", "var_mean",
          "linalg.vector_norm", "cumprod", "cat", "diagonal", "__getitem__", "scatter_add",
          "nn.functional.cross_entropy")


@unittest.skipUnless(suite, "torch or expecttest is not installed")
class TorchOps(unittest.TestCase):
    def test_values_and_derivatives_are_those_of_torch(self):
        report = suite(program("torch_ops"), names=SAMPLE, dtypes=WIDE)
        self.assertEqual(list(details(report.differing)), [])
        self.assertEqual(set(report.counts), set(SAMPLE))
        for name, counts in report.counts.items():
            with self.subTest(name):
                self.assertGreater(counts["compared"], 5)


if __name__ == "__main__":
    unittest.main()
