#!/usr/bin/env python3
"""The sample `text` in torch: the same networks, text, windows, schedule and budget, with seeds of its own.

    text_torch.py [--model lstm|transformer] [--epochs N] [--seeds 1 2 3]
    text_torch.py --weights FILE.safetensors        # the perplexity of what the sample exported

Prints the perplexity of the tenth that is held out. Names of weights are the sample's, which are torch's.
"""

import argparse
import math
import pathlib
import statistics

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

TEXT = pathlib.Path(__file__).parent.parent.parent / "samples/text/data/pride_and_prejudice.txt"
CHARACTERS = "vocabulary.tokens.bytes"


class Network(nn.Module):
    """sizes: transformer, characters, size, layers, heads, window."""

    def __init__(self, sizes, dropped):
        super().__init__()
        transformer, characters, size, layers, heads, window = sizes
        self.register_buffer("sizes", torch.tensor(sizes))
        self.embedding = nn.Embedding(characters, size)
        if transformer:
            self.positions = nn.Embedding(window, size)
            layer = nn.TransformerEncoderLayer(size, heads, 4 * size, dropped, "gelu", batch_first=True, norm_first=True)
            self.encoder = nn.TransformerEncoder(layer, layers, nn.LayerNorm(size), enable_nested_tensor=False)
            self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(window), persistent=False)
            for table in (self.embedding, self.positions):
                nn.init.normal_(table.weight, 0, 0.02)
        else:
            self.lstm = nn.LSTM(size, size, layers, batch_first=True, dropout=dropped if layers > 1 else 0)
        self.dropout = nn.Dropout(dropped)
        self.out = nn.Linear(size, characters)

    def forward(self, tokens):
        x = self.embedding(tokens)
        if self.sizes[0]:
            places = tokens.shape[1]
            x = self.dropout(x + self.positions.weight[:places])
            x = self.encoder(x, self.mask[:places, :places], is_causal=True)
        else:
            x = self.lstm(x)[0]
        return self.out(self.dropout(x))


def loss_of(network, x, y):
    return functional.cross_entropy(network(x).transpose(1, 2), y)


def numbers_of(path, characters=None):
    """What is learned from, what is held out, and the characters by their numbers."""
    text = path.read_text(encoding="utf-8")
    characters = characters or sorted(set(text))
    number = {one: i for i, one in enumerate(characters)}
    numbers = torch.tensor([number[one] for one in text])
    learned = len(numbers) - len(numbers) // 10
    return numbers[:learned], numbers[learned:], characters


@torch.no_grad()
def perplexity(network, held_out, window):
    network.eval()
    count = (len(held_out) - 1) // window
    x, y = (held_out[begin:begin + count * window].view(count, window) for begin in (0, 1))
    losses = [loss_of(network, *rows).item() * len(rows[0]) for rows in zip(x.split(64), y.split(64))]
    network.train()
    return math.exp(sum(losses) / count)


def train(options, seed):
    torch.manual_seed(seed)
    learned, held_out, characters = numbers_of(options.text)
    window = options.window
    network = Network((int(options.model == "transformer"), len(characters), options.size, options.layers,
                       options.heads, window), options.dropout)
    count = (len(learned) - 1) // window
    steps = -(-count // options.batch_size) * options.epochs
    adam = torch.optim.Adam(network.parameters(), options.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, options.learning_rate, steps + 1, pct_start=0.1)
    for epoch in range(options.epochs):
        begins = (torch.arange(count) * window + torch.randint(window, (count,))).clamp(max=len(learned) - 1 - window)
        for chosen in begins[torch.randperm(count)].split(options.batch_size):
            places = chosen.unsqueeze(1) + torch.arange(window)
            loss = loss_of(network, learned[places], learned[places + 1])
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1)
            adam.step()
            schedule.step()
        print(f"seed {seed} epoch {epoch + 1}: {perplexity(network, held_out, window):.4f}", flush=True)
    return perplexity(network, held_out, window)


def of_file(path):
    """The network of an export of the sample, and the characters by their numbers."""
    state = load_file(path)
    lengths = state["vocabulary.tokens.lengths"].tolist()
    text, characters = bytes(state[CHARACTERS].tolist()), []
    for length in lengths:
        characters.append(text[:length].decode())
        text = text[length:]
    network = Network(state["sizes"].tolist(), 0)
    network.load_state_dict({name: x for name, x in state.items() if not name.startswith("vocabulary.")})
    return network.eval(), characters


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--text", type=pathlib.Path, default=TEXT)
    parser.add_argument("--model", choices=["lstm", "transformer"], default="lstm")
    for name, value in (("size", 192), ("layers", 2), ("heads", 6), ("window", 128), ("dropout", 0.1), ("epochs", 10),
                        ("batch-size", 16), ("learning-rate", 0.008)):
        parser.add_argument(f"--{name}", type=type(value), default=value)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--weights")
    options = parser.parse_args()
    if options.weights:
        network, characters = of_file(options.weights)
        print(f"{perplexity(network, numbers_of(options.text, characters)[1], int(network.sizes[5])):.6f}")
        return
    found = [train(options, seed) for seed in options.seeds]
    print(f"{options.model}: {', '.join(f'{one:.3f}' for one in found)}; mean {statistics.mean(found):.3f}")


if __name__ == "__main__":
    main()
