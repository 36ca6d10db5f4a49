"""The networks of the samples `text` and `names` outside of them: ONNX Runtime and torch give the samples' own numbers."""

import csv
import math
import re
import subprocess

import numpy as np
import onnx
import onnxruntime
import torch
from programs import InteropTest, program
from safetensors.numpy import load_file
from text_torch import TEXT, numbers_of, of_file, perplexity

SAMPLES = program("samples").parent.parent.parent / "samples"


def texts_in(state, name):
    """A list of texts of a state: their bytes and how many of these each has."""
    content, texts = state[f"{name}.tokens.bytes"].tobytes(), []
    for length in state[f"{name}.tokens.lengths"]:
        texts.append(content[:length].decode())
        content = content[length:]
    return texts


class Samples(InteropTest):
    def sample(self, name, *flags):
        done = subprocess.run([SAMPLES / name / name, *map(str, flags)], capture_output=True, text=True, timeout=300,
                              cwd=self.folder, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def exported(self, name, *flags):
        """What it prints, a session of ONNX Runtime, and its weights: the same training twice."""
        printed = self.sample(name, *flags, "--export", "x.safetensors")
        self.sample(name, *flags, "--export", "x.onnx")
        onnx.checker.check_model(onnx.load(self.folder / "x.onnx"), full_check=True)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        return printed, onnxruntime.InferenceSession(self.folder / "x.onnx", options,
                                                     providers=["CPUExecutionProvider"])

    def test_text_has_the_same_perplexity_in_onnx_runtime_and_torch(self):
        for model in ("lstm", "transformer"):
            with self.subTest(model):
                printed, session = self.exported("text", "--model", model, "--size", 24, "--window", 32, "--max-step", 40,
                                                 "--sample", 0, "--learning-rate", 0.01)
                network, characters = of_file(self.folder / "x.safetensors")
                _, held_out, _ = numbers_of(TEXT, characters)
                said = float(re.search(r"test_perplexity=([\d.]+)", printed)[1])
                self.assertAlmostEqual(perplexity(network, held_out, 32) / said, 1, delta=1e-5)
                x = held_out[:20 * 32].view(20, 32)
                with torch.no_grad():
                    wanted = network.eval()(x).numpy()
                (result,) = session.run(None, {"input": x.numpy()})
                np.testing.assert_allclose(result, wanted, rtol=1e-5, atol=1e-5)

    def test_names_has_the_same_probabilities_in_onnx_runtime(self):
        for model in ("gru", "transformer"):
            with self.subTest(model):
                _, session = self.exported("names", "--model", model, "--size", 16, "--max-step", 60, "--learning-rate",
                                           0.01, "--list-test", "test.csv")
                state = load_file(self.folder / "x.safetensors")
                number = {one: i for i, one in enumerate(texts_in(state, "alphabet"))}
                languages, longest = texts_in(state, "languages"), int(state["sizes"][4])
                with open(self.folder / "test.csv", newline="", encoding="utf-8") as file:
                    rows = list(csv.DictReader(file))
                x = np.zeros((len(rows), longest), np.int64)
                for row, place in zip(rows, x):
                    name = [number.get(one, number["<unk>"]) for one in row["name"]][:longest]
                    place[:len(name)] = name
                (logits,) = session.run(None, {"input": x})
                likely = torch.from_numpy(logits).double().softmax(1).numpy()
                np.testing.assert_allclose(likely.max(1), [float(row["probability"]) for row in rows], atol=1e-5)
                self.assertEqual([languages[i] for i in likely.argmax(1)], [row["said"] for row in rows])
                self.assertFalse(math.isclose(likely.max(1).min(), likely.max(1).max(), rel_tol=0.1))
