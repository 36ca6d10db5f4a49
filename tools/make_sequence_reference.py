#!/usr/bin/env python3
"""What torch's models of sequences give, and their gradients: tests/nn/sequence_reference.hpp.

    python3 tools/make_sequence_reference.py > tests/nn/sequence_reference.hpp      (with torch installed)

A parameter has the elements sin(i + k) / sqrt(its last size), i counting row by row and k being the sum of the letters of its name;
an input those of test::spread(). Of each result and each gradient of sum(y cos(i)) there are the sums of its elements times cos(i) and
times sin(3 i). tests/nn/sequence_cases.hpp has the same models and inputs.
"""

import math

import torch
from torch import nn


def spread(shape, low=-1, high=1, seed=0):
    """As tests/support/values.cpp."""
    turns = (0.6180339887498949 * (i + 1) + 0.3247 * (seed + 1) for i in range(math.prod(shape)))
    values = [low + (high - low) * (turn - math.floor(turn)) for turn in turns]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def numbers(count):
    return torch.arange(count, dtype=torch.float64)


def fill(model):
    model.double()
    with torch.no_grad():
        for name, p in model.named_parameters():
            elements = (numbers(p.numel()) + sum(map(ord, name))).sin() / p.shape[-1] ** 0.5
            p.copy_(elements.reshape(p.shape))


def weighed(y):
    return (y.flatten() * numbers(y.numel()).cos()).sum()


def prints(x):
    x = x.detach().flatten()
    return [float(weighed(x)), float((x * (3 * numbers(x.numel())).sin()).sum())]


def hidden(shape, seed):
    """A mask of booleans that hides some, and never the first."""
    mask = spread(shape, 0, 1, seed) > 0.6
    mask[..., 0] = False
    return mask


Q, K, V = spread((4, 3, 6)), spread((5, 3, 6), seed=1), spread((5, 3, 6), seed=2)
HALF = {"dim_feedforward": 10, "dropout": 0}


def attention(options, inputs, **arguments):
    return nn.MultiheadAttention(6, 2, **options), inputs, lambda m, *x: [y for y in m(*x, **arguments) if y is not None]


def self_attention(options, x, **arguments):
    return nn.MultiheadAttention(6, 2, **options), [x], lambda m, x: list(m(x, x, x, **arguments))


def one(model, inputs, **arguments):
    return model, inputs, lambda m, *x: [m(*x, **arguments)]


def recurrent(model, *states, lengths=None):
    """Output and last states; of rows of these lengths as a packed sequence."""
    def run(m, x, *begun):
        begun = (begun if len(begun) > 1 else begun[0]) if begun else None
        if lengths:
            x = nn.utils.rnn.pack_padded_sequence(x, lengths, m.batch_first, enforce_sorted=False)
        y, last = m(x, begun)
        if lengths:
            y = nn.utils.rnn.pad_packed_sequence(y, m.batch_first)[0]
        return [y, *(last if isinstance(last, tuple) else [last])]
    return model, list(states), run


def cell(model, *inputs):
    def run(m, x, *states):
        y = m(x, states if len(states) > 1 else states[0])
        return list(y) if isinstance(y, tuple) else [y]
    return model, list(inputs), run


def state(count, seed, batch=3):
    return spread((count, batch, 5), seed=seed)


CASES = {
    "rnn": recurrent(nn.RNN(6, 5), Q),
    "rnn of two layers": recurrent(nn.RNN(6, 5, 2, nonlinearity="relu", bidirectional=True), Q, state(4, 1),
                                   lengths=[2, 4, 3]),
    "gru": recurrent(nn.GRU(6, 5), Q, state(1, 1)),
    "gru of two layers": recurrent(nn.GRU(6, 5, 2, bias=False, batch_first=True, bidirectional=True), Q, state(4, 1, 4),
                                   lengths=[2, 3, 1, 3]),
    "lstm": recurrent(nn.LSTM(6, 5), Q, state(1, 1), state(1, 2)),
    "lstm of two layers": recurrent(nn.LSTM(6, 5, 2, bidirectional=True), Q, state(4, 1), state(4, 2),
                                    lengths=[2, 4, 1]),
    "lstm without a batch": recurrent(nn.LSTM(6, 5, bias=False), Q[:, 0]),
    "rnn cell": cell(nn.RNNCell(6, 5), Q[0], state(1, 1)[0]),
    "gru cell": cell(nn.GRUCell(6, 5), Q[0], state(1, 1)[0]),
    "lstm cell": cell(nn.LSTMCell(6, 5), Q[0], state(1, 1)[0], state(1, 2)[0]),
    "attention": attention({}, [Q, K, V]),
    "attention of batches first": attention({"batch_first": True, "bias": False},
                                            [x.transpose(0, 1).contiguous() for x in (Q, K, V)]),
    "attention of other sizes": attention({"kdim": 3, "vdim": 5}, [Q, spread((5, 3, 3)), spread((5, 3, 5))],
                                          average_attn_weights=False),
    "attention with masks": attention({}, [Q, K, V], key_padding_mask=hidden((3, 5), 3), attn_mask=hidden((6, 4, 5), 4)),
    "attention with numbers as mask": attention({}, [Q, K, V], attn_mask=spread((4, 5), seed=5), need_weights=False),
    "attention of one": attention({}, [Q[:, 0], K[:, 0], V[:, 0]], key_padding_mask=hidden((5,), 3)),
    "attention to oneself": self_attention({}, Q),
    "encoder layer": one(nn.TransformerEncoderLayer(6, 2, **HALF), [Q]),
    "encoder layer, norm first": one(
        nn.TransformerEncoderLayer(6, 3, activation="gelu", batch_first=True, norm_first=True, **HALF), [Q],
        src_mask=hidden((3, 3), 6), src_key_padding_mask=hidden((4, 3), 7)),
    "decoder layer": one(nn.TransformerDecoderLayer(6, 2, **HALF), [Q, K],
                         tgt_mask=nn.Transformer.generate_square_subsequent_mask(4, dtype=torch.float64),
                         memory_key_padding_mask=hidden((3, 5), 3)),
    "decoder layer, norm first": one(
        nn.TransformerDecoderLayer(6, 2, activation="gelu", norm_first=True, bias=False, **HALF), [Q, K],
        memory_mask=hidden((4, 5), 8)),
    "encoder": one(nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, **HALF), 2, nn.LayerNorm(6),
                                         enable_nested_tensor=False), [Q]),
    "transformer": one(nn.Transformer(6, 2, 1, 2, **HALF), [Q, K],
                       tgt_mask=nn.Transformer.generate_square_subsequent_mask(5, dtype=torch.float64)),
}


def main():
    print("""// Made by tools/make_sequence_reference.py with torch 2.13: name -> of what -> two sums of its elements.
#pragma once

#include <array>
#include <map>
#include <string>

namespace tapegrad::test {

using Prints = std::map<std::string, std::array<double, 2>>;

inline const std::map<std::string, Prints> sequence_references = {""")
    for name, (model, inputs, f) in CASES.items():
        fill(model)
        inputs = [x.clone().requires_grad_() for x in inputs]
        results = f(model, *inputs)
        sum(weighed(y) for y in results).backward()
        made = {f"y{i}": y for i, y in enumerate(results)}
        made |= {f"x{i}": x.grad for i, x in enumerate(inputs)}
        made |= {n: p.grad for n, p in model.named_parameters()}
        entries = ", ".join(f'{{"{n}", {{{", ".join(map(repr, prints(v)))}}}}}' for n, v in made.items())
        print(f'    {{"{name}", {{{entries}}}}},')
    print("};\n\n}  // namespace tapegrad::test")


if __name__ == "__main__":
    main()
