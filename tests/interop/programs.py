"""Runs the C++ programs of this folder; what the files of tests share, and no tests."""

import contextlib
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
from tensorboard_pictures import tensorboard_of


def program(name):
    return Path(os.environ["INTEROP_PROGRAMS"]) / name


def run(name, *arguments):
    """Runs a program to its end and gives back what it printed."""
    done = subprocess.run([program(name), *map(str, arguments)], capture_output=True, timeout=300)
    if done.returncode != 0:
        raise AssertionError(f"{name} ended with {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


class InteropTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def tensorboard(self, folder):
        """Starts TensorBoard for this test; gives the address of its page."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        return stack.enter_context(tensorboard_of(folder))

    def assert_same(self, got, wanted):
        """Arrays of the same dtype, shape and bits."""
        got, wanted = np.asarray(got), np.asarray(wanted)
        self.assertEqual((got.dtype, got.shape), (wanted.dtype, wanted.shape))
        self.assertEqual(got.tobytes(), wanted.tobytes())
