"""inspect from the outside: files written byte by byte from the formats' descriptions."""

import gzip
import io
import struct
import subprocess
import zipfile

from sample import SampleTest, main


def npy(descr, shape, data):
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + data


def npz(**arrays):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            archive.writestr(f"{name}.npy", array)
    return stream.getvalue()


SAFETENSORS = (b'{"__metadata__":{"format":"pt"},"b.weight":{"dtype":"F64","shape":[1,2],'
               b'"data_offsets":[0,16]},"a":{"dtype":"U8","shape":[],"data_offsets":[16,17]}}')
IMAGES = bytes([0, 0, 8, 3]) + struct.pack(">III", 2, 3, 3) + bytes(18)


class Inspect(SampleTest):
    flags = ["FILE", "--help"]

    def arguments(self):
        return [self.file("some.csv", "1,2\n")]

    def bytes_file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def rows_of(self, *flags):
        return [line.split(maxsplit=2) for line in self.output_of(*flags).splitlines()]

    def test_safetensors_show_metadata_and_tensors(self):
        content = struct.pack("<Q", len(SAFETENSORS)) + SAFETENSORS + bytes(17)
        for name in ("weights.safetensors", "weights.bin"):
            with self.subTest(name):
                text = self.output_of(self.bytes_file(name, content))
                self.assertRegex(text, r"metadata +format: pt\n")
                self.assertRegex(text, r"float64 +\[1, 2\] +b\.weight\nuint8 +\[\] +a\n"
                                       r"2 tensors, 3 elements\n$")

    def test_arrays_of_numpy_and_of_mnist_are_told_by_their_bytes(self):
        for content, line in ((npy("<i4", "(2, 2)", bytes(16)), r"int32 +\[2, 2\] "),
                              (IMAGES, r"uint8 +\[2, 3, 3\] "),
                              (gzip.compress(IMAGES), r"uint8 +\[2, 3, 3\] ")):
            with self.subTest(line):
                self.assertRegex(self.output_of(self.bytes_file("any", content)), line)

    def test_archives_show_every_array(self):
        archive = npz(x=npy("<f4", "(3,)", bytes(12)), y=npy("|b1", "()", b"\1"))
        self.assertEqual(self.rows_of(self.bytes_file("two.npz", archive)),
                         [["float32", "[3]", "x"], ["bool", "[]", "y"],
                          ["2", "tensors,", "4 elements"]])

    def test_what_cannot_be_had_is_listed_with_the_rest(self):
        archive = npz(x=npy("<f4", "(3,)", bytes(12)), y=npy("<u2", "(2,)", bytes(4)))
        text = self.output_of(self.bytes_file("short.npz", archive))
        self.assertRegex(text, r"^float32 +\[3\] +x\nuint16 +\[2\] +y\n.*short\.npz.*\n"
                               r"2 tensors, 5 elements\n$")

    def test_tables_show_the_type_of_every_column(self):
        file = self.file("t.csv", "PK,size,name\n1,2.5,x\n2,,y\n")
        self.assertEqual(self.rows_of(file),
                         [["int64", "[2]", "PK"], ["float64", "[2]", "size"],
                          ["text", "[2]", "name"], ["3", "columns,", "6 cells"]])

    def test_checkpoints_show_what_is_in_the_latest(self):
        content = struct.pack("<Q", len(SAFETENSORS)) + SAFETENSORS + bytes(17)
        for step in (5, 6):
            self.bytes_file(f"ckpt-{step}.safetensors", content)
        listed = self.file("checkpoint", 'model_checkpoint_path: "ckpt-6.safetensors"\n')
        text = self.output_of(listed)
        self.assertRegex(text, r"^the latest checkpoint is \S+/ckpt-6\.safetensors\n")
        self.assertIn("b.weight", text)

    def test_names_cannot_command_the_terminal_or_fake_a_line(self):
        header = b'{"a\\u001b[2J\\nb":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}'
        text = self.output_of(self.bytes_file("x", struct.pack("<Q", len(header)) + header + b"1"))
        self.assertEqual(text.splitlines(), ["uint8     []               a?[2J?b",
                                             "1 tensors, 1 elements"])

    def test_what_nothing_reads_is_refused(self):
        png = b"\x89PNG\r\n\x1a\n" + bytes(20)
        events = b"\x18" + bytes(22) + b"brain.Event:2" + bytes(4)
        self.assert_refused(r"is an event file; tensorboard --logdir", self.bytes_file("e", events))
        self.assert_refused(r"neither safetensors, npy, npz, IDX nor text", self.bytes_file("p", png))
        done = subprocess.run([self.program, "/dev/stdin"], input="1,2\n", capture_output=True,
                              text=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("is no regular file", done.stderr)

    def test_files_that_cannot_be_read_are_refused_with_their_place(self):
        torn = struct.pack("<Q", len(SAFETENSORS)) + SAFETENSORS + bytes(3)
        for name, content, message in (
                ("torn.bin", torn, r"past the end of the file: .*torn\.bin, byte"),
                ("torn.npy", npy("<f4", "(3,)", bytes(5)), r"but 5 are there: .*torn\.npy, byte"),
                ("torn.npz", npz(x=b"")[:-5], r"no zip archive: .*torn\.npz"),
                ("torn.gz", gzip.compress(IMAGES)[:-9], r"torn\.gz, byte"),
                ("torn.csv", b"a,b\n1\n", r"a ragged row: .*torn\.csv:2:2"),
                ("empty", b"", r"this is an empty file, not a table of UTF-8 text: .*empty; ")):
            with self.subTest(name):
                self.assert_refused(message, self.bytes_file(name, content))
        self.assert_refused("cannot open: missing: No such file", "missing")
        self.assert_refused("is no regular file", self.folder)
        self.assert_refused("FILE")


if __name__ == "__main__":
    main(Inspect)
