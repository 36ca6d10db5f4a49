"""autoencoder from the outside: what it learns beside principal components, pictures, noise."""

import os
import re
import struct
import zlib

from sample import main
from trainer import TrainerSampleTest

LAST = "error={} pca_error={} steps={}"
# scikit-learn's PCA of the images to learn from, by how many components; tools/compare_autoencoder.py.
PCA = {2: 0.05325695, 8: 0.02455049}


def png_sizes(content):
    """Width and height, after the checksum of every piece was compared."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    at, kinds = 8, []
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        body = content[at + 4:at + 8 + length]
        assert struct.unpack_from(">I", content, at + 8 + length) == (zlib.crc32(body),)
        kinds.append(kind)
        at += 12 + length
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND"
    return struct.unpack_from(">II", content, 16)


class Autoencoder(TrainerSampleTest):
    flags = ["--mnist", "--code", "--noise", "--epochs", "--max-step", "--batch-size", "--learning-rate", "--seed",
             "--picture", "--model-dir", "--save-every", "--log-dir", "--export"]
    short = ["--max-step", 5, "--batch-size", 300, "--epochs", 1]
    whole = ["--epochs", 12, "--noise", 0.2]
    parts = [""]
    exported = {"ink": 1, "encoder1.weight": 128 * 64, "encoder2.weight": 8 * 128, "decoder1.weight": 128 * 8,
                "decoder2.bias": 64}

    def arguments(self):
        return list(map(str, self.short))

    def test_the_defaults_lose_less_than_principal_components_within_a_minute(self):
        begun = os.times().children_user
        error, components, steps = self.last_line(LAST)
        self.assertAlmostEqual(components, PCA[8], places=6)
        self.assertLess(error, 0.5 * components)
        self.assertEqual(steps, 150 * 45)
        self.assertLess(os.times().children_user - begun, 60)  # of a processor: others may be busy

    def test_principal_components_are_those_of_scikit_learn(self):
        _, components, _ = self.last_line(LAST, *self.short, "--code", 2)
        self.assertAlmostEqual(components, PCA[2], places=6)
        _, nothing_is_lost, _ = self.last_line(LAST, *self.short, "--code", 64)
        self.assertEqual(nothing_is_lost, 0)

    def test_noise_is_taken_away(self):
        text = self.output_of("--noise", 0.4, "--epochs", 40, "--code", 16)
        (noise,) = re.findall(r"([\d.]+) is the noise", text)
        self.assertAlmostEqual(float(noise), 0.16, delta=0.005)
        error, components = re.search(r"error=(\S+) pca_error=(\S+)", text).groups()
        self.assertLess(float(error), 0.75 * float(components))
        self.assertLess(float(error), 0.25 * float(noise))

    def test_pictures_have_ten_digits_in_a_row(self):
        for noise, rows in ((0, 3), (0.5, 4)):
            text = self.output_of(*self.short, "--noise", noise, "--picture", "x.png")
            self.assertIn("Wrote x.png.", text)
            self.assertEqual(png_sizes((self.folder / "x.png").read_bytes()), (600, 60 * rows))
        self.assert_flag_refused("--picture", "x.jpg", "ends with .png")
        self.assert_refused("--picture: cannot write into the folder none: No such file", "--picture", "none/x.png")

    def test_tensorboard_has_pictures(self):
        self.output_of("--batch-size", 300, "--epochs", 20, "--log-dir", "logs")
        (events,) = (self.folder / "logs").glob("events.out.tfevents.*")
        self.assertEqual(events.read_bytes().count(b"\x89PNG\r\n"), 2)

    def test_codes_and_data_that_cannot_be_are_refused(self):
        self.assert_refused("--code: 65 numbers, but 1437 images of 8 x 8 have 64", "--code", 65)
        self.assert_refused("cannot open: none/train-images-idx3-ubyte: No such file", "--mnist", "none")
        for flag in ("--code", "--epochs", "--batch-size"):
            self.assert_flag_refused(flag, "0", "whole number, 1 or more")
        self.assert_flag_refused("--noise", "-0.1", "finite number from 0 on")
        self.assert_flag_refused("--learning-rate", "0", "finite number above 0")

    def test_progress_is_for_terminals_only(self):
        self.assert_terminal_sees(r"\r\x1b\[Kepoch \d+/10000", "--epochs", 10000, "--batch-size", 1)
        self.assertNotRegex(self.output_of(*self.short), r"\r|\x1b")


if __name__ == "__main__":
    main(Autoencoder)
