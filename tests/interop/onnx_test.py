"""ONNX files: the checker takes ours and ONNX Runtime gives our numbers; models of others are read.

With INTEROP_ALL=1 all of ONNX's own operator tests are read, else one of five; what isn't supported is
counted, and nothing may be wrong.
"""

import os
import unittest
import warnings

from programs import InteropTest, run

try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError:
    onnx = None


class Export(InteropTest):
    def test_files_are_right_and_give_our_numbers(self):
        run("onnx", "export", self.folder)
        files = sorted(self.folder.glob("*.onnx"))
        self.assertGreater(len(files), 130)
        for file in files:
            with self.subTest(file.stem):
                self.check(file)

    def check(self, file):
        onnx.checker.check_model(onnx.load(file), full_check=True)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        results = session.run(None, dict(np.load(file.with_suffix(".in.npz"))))
        expected = np.load(file.with_suffix(".out.npz"))
        self.assertEqual([o.name for o in session.get_outputs()], list(expected))
        for result, name in zip(results, expected):
            self.assertEqual(result.dtype, expected[name].dtype)
            np.testing.assert_allclose(result, expected[name], rtol=1e-5, atol=1e-5)


def operator_tests():
    """(name, model, inputs, outputs) of ONNX's own tests whose arrays this library has."""
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)
    for case in cases[:: 1 if os.environ.get("INTEROP_ALL") else 5]:
        for inputs, outputs in case.data_sets[:1]:
            if all(isinstance(x, (np.ndarray, np.generic)) and x.dtype in KNOWN for x in (*inputs, *outputs)):
                yield case.name, case.model, inputs, outputs


KNOWN = ("float32", "float64", "float16", "bool", "uint8", "int8", "int16", "int32", "int64")


class Import(InteropTest):
    def test_operators_mean_what_onnx_says(self):
        expected = {}
        for name, model, inputs, outputs in operator_tests():
            stem = self.folder / name
            onnx.save(model, stem.with_suffix(".onnx"))
            np.savez(stem.with_suffix(".in.npz"), **{f"{i}": x for i, x in enumerate(inputs)})
            expected[stem] = outputs
        run("onnx", "run", self.folder)
        right = 0
        for stem, outputs in expected.items():
            if stem.with_suffix(".error").exists():
                continue
            with self.subTest(stem.name):
                results = list(np.load(stem.with_suffix(".out.npz")).values())
                for result, wanted in zip(results, outputs, strict=True):
                    self.assertEqual((result.dtype, result.shape), (wanted.dtype, wanted.shape))
                    digits = 1e-3 if wanted.dtype != "float16" else 4e-3
                    np.testing.assert_allclose(result, wanted, rtol=digits, atol=1e-5)
                right += 1
        # Of those that are read; the others are of operators that docs/onnx.md doesn't list.
        self.assertGreater(right, len(expected) * 0.6)
        print(f"onnx: {right} of {len(expected)} operator tests are read, and right", flush=True)


if __name__ == "__main__":
    unittest.main()
