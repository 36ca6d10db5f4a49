"""TensorFlow's histogram, counted by its definition in numpy, and no tests."""

import itertools

import numpy as np


def tensorflow_limits():
    """The upper limits of the buckets of tensorflow/core/lib/histogram/histogram.cc."""
    positive = list(itertools.takewhile(lambda v: v < 1e20,
                                        itertools.accumulate(itertools.repeat(1.1),
                                                             lambda v, growth: v * growth,
                                                             initial=1e-12)))
    positive.append(np.finfo(np.float64).max)
    return np.array([-v for v in reversed(positive)] + [0.0] + positive)


def tensorflow_buckets(values):
    """(limits, counts) with each run of empty buckets as one, as TensorFlow writes them."""
    limits = tensorflow_limits()
    counts = np.array([0] + [np.count_nonzero(values < limit) for limit in limits])
    counts = np.diff(counts)
    counts[-1] = len(values) - counts[:-1].sum()
    kept = [i for i in range(len(limits))
            if counts[i] > 0 or i + 1 == len(limits) or counts[i + 1] > 0]
    return limits[kept], counts[kept].astype(np.float64)
