"""Python's csv module and numpy.loadtxt see the same tables as we do."""

import csv
import random
import unittest

import numpy as np
import safetensors.numpy

from programs import InteropTest, run


def some_cell(source):
    """Anything that makes a CSV file hard, without blanks at the ends of a cell."""
    pieces = ["a", "7", ",", '"', "\n", "\r\n", "\r", " and ", "€", "\U0001f600", "\t", ";"]
    text = "".join(source.choice(pieces) for _ in range(source.randrange(6)))
    return f"x{text}x"


class CsvTest(InteropTest):
    def cells(self, path):
        rows = run("rewrite", path).split("\x1e")[:-1]
        return [row.split("\x1f")[:-1] for row in rows]

    def test_cells_of_any_text_are_those_that_pythons_writer_was_given(self):
        source = random.Random(1)
        # With another line end than "\r\n" Python leaves the other one in a cell without quotes.
        for quoting, line_end in [(csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_ALL, "\r\n"),
                                  (csv.QUOTE_ALL, "\n"), (csv.QUOTE_ALL, "\r")]:
            for _ in range(20):
                columns = source.randrange(1, 6)
                rows = [[some_cell(source) for _ in range(columns)] for _ in range(10)]
                path = self.folder / "a.csv"
                with open(path, "w", newline="") as file:
                    csv.writer(file, quoting=quoting, lineterminator=line_end).writerows(rows)
                self.assertEqual(self.cells(path), rows)

    def columns(self, path):
        run("rewrite", path, self.folder / "b.safetensors")
        return safetensors.numpy.load_file(self.folder / "b.safetensors")

    def test_numbers_in_every_notation_are_numpys_to_the_last_bit(self):
        source = np.random.default_rng(2)
        values = (source.standard_normal((500, 4)) * 10.0 ** source.integers(-300, 300, (500, 4)))
        for notation in ("%r", "%.17g", "%.3e", "%+.6f", "%.40e", "%E"):
            with self.subTest(notation=notation):
                path = self.folder / "a.csv"
                with open(path, "w") as file:
                    file.write("a,b,c,d\n")
                    for row in values.tolist():
                        file.write(",".join(notation % v for v in row) + "\n")
                wanted = np.loadtxt(path, delimiter=",", skiprows=1)
                got = self.columns(path)
                for i, name in enumerate("abcd"):
                    self.assert_same(got[name].astype(np.float64), wanted[:, i])

    def test_whole_numbers_stay_whole(self):
        source = np.random.default_rng(3)
        values = source.integers(-2**63, 2**63 - 1, (200, 2), endpoint=True)
        np.savetxt(self.folder / "a.csv", values, "%d", ",", header="x,y", comments="")
        got = self.columns(self.folder / "a.csv")
        self.assert_same(np.stack([got["x"], got["y"]], 1), values)

    def test_missing_values_are_nan_as_genfromtxt_has_them(self):
        path = self.folder / "a.csv"
        path.write_text("x,y\n1.5,2.5\n,3\n4,nan\n")
        got = self.columns(path)
        wanted = np.genfromtxt(path, delimiter=",", names=True)
        for name in "xy":
            np.testing.assert_array_equal(got[name], wanted[name])


if __name__ == "__main__":
    unittest.main()
