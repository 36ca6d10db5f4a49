"""The models that samples export as ONNX: the checker takes them, and ONNX Runtime gives predict's numbers."""

import os
import subprocess
import unittest
from pathlib import Path

from programs import InteropTest

try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError:
    onnx = None

DIGITS = {"shape": (9, 1, 8, 8), "most": 16}
SAMPLES = {
    "autoencoder": (["--max-step", 50], DIGITS),
    "digits": (["--max-step", 50], DIGITS),
    "tables": (["--folds", 2, "--epochs", 1], None),
    "transfer": (["--max-step", 20, "--shift", 0], DIGITS),
}


def sample(name):
    return Path(os.environ["INTEROP_PROGRAMS"]).parent.parent / "samples" / name / name


def rows_of_flights():
    """Numbers, some of them missing, and categories by the numbers that every column has."""
    random = np.random.default_rng(3)
    numbers = random.normal(size=(200, 11)) * 20 + 50
    numbers[random.random(numbers.shape) < 0.2] = np.nan
    return np.hstack([numbers, random.integers(0, 3, size=(200, 6))]).astype(np.float32)


class Samples(InteropTest):
    def run_sample(self, name, *arguments):
        done = subprocess.run([sample(name), *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              timeout=300)
        self.assertEqual((done.returncode, done.stderr), (0, ""), name)

    def test_exported_models_give_our_numbers_in_onnx_runtime(self):
        for name, (flags, kind) in SAMPLES.items():
            with self.subTest(name):
                path = self.folder / f"{name}.onnx"
                self.run_sample(name, *flags, "--export", path)
                onnx.checker.check_model(onnx.load(path), full_check=True)
                x = rows_of_flights()
                if kind:
                    x = np.random.default_rng(3).integers(0, kind["most"] + 1, kind["shape"]).astype(np.float32)
                np.savez(self.folder / "x.npz", input=x)
                self.run_sample("predict", path, "--input", "x.npz", "--output", "y.npz")
                ours = np.load(self.folder / "y.npz")["output"]
                session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
                (theirs,) = session.run(None, {"input": x})
                self.assertEqual((ours.shape, ours.dtype), (theirs.shape, theirs.dtype))
                self.assertTrue(np.isfinite(ours).all())
                self.assertGreater(ours.std(), 0)
                np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-5)


if __name__ == "__main__":
    unittest.main()
