"""predict from the outside: models written byte by byte from ONNX's description."""

import struct

from sample import SampleTest, main


def varint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def value(name, *sizes):
    dims = b"".join(field(1, field(1, n) if isinstance(n, int) else field(2, n)) for n in sizes)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dims)))


def tripled(operator=b"Mul"):
    """x of [n, 2] times 3."""
    three = field(2, 1) + field(8, b"three") + field(9, struct.pack("<f", 3))
    node = field(1, b"x") + field(1, b"three") + field(2, b"y") + field(4, operator)
    graph = (field(1, node) + field(2, b"g") + field(5, three) + field(11, value(b"x", b"n", 2))
             + field(12, value(b"y", b"n", 2)))
    return field(1, 8) + field(8, field(1, b"") + field(2, 17)) + field(7, graph)


class Predict(SampleTest):
    flags = ["--input", "--output", "--rows", "MODEL"]

    def arguments(self):
        return [self.model(tripled())]

    def model(self, content):
        path = self.folder / "model.onnx"
        path.write_bytes(content)
        return path

    def test_a_model_runs_on_the_numbers_of_a_table(self):
        table = self.file("x.csv", "a,b\n1,2\n5,-4\n")
        text = self.output_of(self.model(tripled()), "--input", table)
        self.assertRegex(text, r"(?m)^input    float32   \[-1, 2\] +x$")
        self.assertIn("y of shape [2, 2]\n  0: 3 6  largest: 1\n  1: 15 -12  largest: 0\noutputs=1\n", text)

    def test_results_are_written(self):
        table = self.file("x.csv", "1,2\n")
        text = self.output_of(self.model(tripled()), "--input", table, "--output", "y.npz", "--rows", 0)
        self.assertIn("Wrote y.npz.", text)
        self.assertIn(struct.pack("<ff", 3, 6), (self.folder / "y.npz").read_bytes())

    def test_without_numbers_it_says_what_the_model_takes(self):
        self.assertTrue(self.output_of(self.model(tripled())).endswith("outputs=0\n"))

    def test_what_does_not_fit_is_refused(self):
        table = self.file("x.csv", "1,2,3\n")
        self.assert_refused(r"input x has shape \[1, 3\]; the model takes \[-1, 2\]", self.model(tripled()), "--input", table)
        self.assert_refused("none.onnx", "none.onnx")
        self.assert_refused("model.onnx", self.model(tripled()[:-5]))
        self.assert_refused("operator NonMaxSuppression", self.model(tripled(b"NonMaxSuppression")))


if __name__ == "__main__":
    main(Predict)
