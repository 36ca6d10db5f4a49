#!/usr/bin/env python3
"""Prints PyTorch's type promotion as the tables of tests/core/promotion_test.cpp. Needs torch."""

import torch

DTYPES = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16,
          torch.float32, torch.float64]
LETTERS = dict(zip(DTYPES, "bcasilhgfd"))  # c, a: unsigned and signed char; s, i, l; h, g: float16, bfloat16; f, d
SCALARS = [True, 2, 2.5]


def ones(rank, dtype):
    return torch.ones([1] * rank, dtype=dtype)


def table(name, columns, result):
    print(name)
    for a in DTYPES:
        print('    "' + "".join(LETTERS[result(a, b)] for b in columns) + '",')


if __name__ == "__main__":
    print("torch", torch.__version__)
    table("promote_types", DTYPES, torch.promote_types)
    for first, second in [(1, 1), (1, 0), (0, 1), (0, 0)]:
        table(f"result_type, ranks {first} and {second}", DTYPES,
              lambda a, b: torch.result_type(ones(first, a), ones(second, b)))
    for rank in [1, 0]:
        table(f"result_type with True, 2, 2.5, rank {rank}", SCALARS,
              lambda a, b: torch.result_type(ones(rank, a), b))
