"""Arrays of every dtype and many shapes for the tests of file formats, and no tests."""

import numpy as np

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]


def some_arrays():
    """Any bits: also numbers that are not numbers, and every extreme."""
    random = np.random.default_rng(1)
    arrays = {}
    for dtype in DTYPES:
        size = np.dtype(dtype).itemsize
        for shape in [(), (1,), (0, 5), (3, 4), (2, 3, 4, 5), (1,) * 7 + (9,)]:
            count = int(np.prod(shape))
            limit = 2 if dtype == "bool" else 256
            values = random.integers(0, limit, count * size).astype(np.uint8).view(dtype)
            arrays[f"{dtype}.{'x'.join(map(str, shape))}"] = values.reshape(shape)
    arrays["größe/€"] = random.standard_normal(5)
    arrays["long"] = random.standard_normal(100_001).astype("float32")
    return arrays
