#!/usr/bin/env python3
"""What PyTorch's LeNet gives, and its gradients: tests/nn/lenet_reference.hpp.

    python3 tools/make_lenet_reference.py [FILE]      (with torch installed)

Parameter k of the state_dict has the elements sin(i + k) / sqrt(its elements behind the first dimension), i counting row by row;
the images are sin(i / 10), their labels 3 and 8. Of each gradient there are the first, the middle and the last element, and the sum of
all times cos(i). The C++ test has the same network, with the same numbers.
"""

import argparse
import pathlib

import torch
from torch import nn

FILE = pathlib.Path(__file__).parent.parent / "tests/nn/lenet_reference.hpp"


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.norm = nn.BatchNorm2d(16)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.norm(self.conv2(x))))
        x = torch.relu(self.fc1(x.flatten(1)))
        return self.fc3(torch.relu(self.fc2(x)))


def numbers(count):
    return torch.arange(count, dtype=torch.float64)


def network():
    net = LeNet().double()
    with torch.no_grad():
        for k, p in enumerate(net.parameters()):
            elements = (numbers(p.numel()) + k).sin() / (p.numel() / p.shape[0]) ** 0.5
            p.copy_(elements.reshape(p.shape))
    return net


def listed(values):
    return "{" + ", ".join(repr(v) for v in values) + "}"


def text():
    net = network()
    y = net((numbers(2 * 28 * 28) / 10).sin().reshape(2, 1, 28, 28))
    loss = nn.functional.cross_entropy(y, torch.tensor([3, 8]))
    loss.backward()
    lines = [
        f"// Made by tools/make_lenet_reference.py with PyTorch {torch.__version__.split('+')[0]}.",
        "#pragma once", "", "#include <array>", "#include <cstdint>", "#include <string>", "#include <vector>", "",
        "namespace tapegrad::test {", "", "// clang-format off",
        f"inline const std::vector<double> lenet_output = {listed(y.flatten().tolist())};",
        f"inline const double lenet_loss = {loss.item()!r};", "",
        "struct LenetEntry {", "  std::string name;", "  std::vector<std::int64_t> shape;", "};", "",
        "inline const std::vector<LenetEntry> lenet_state = {"]
    lines += [f'    {{"{name}", {listed(list(x.shape))}}},' for name, x in net.state_dict().items()]
    lines += ["};", "", "/// First, middle and last element, and the sum of all times cos(i).",
              "struct LenetGradient {", "  std::string name;", "  std::array<double, 4> numbers;", "};", "",
              "inline const std::vector<LenetGradient> lenet_gradients = {"]
    for name, p in net.named_parameters():
        g = p.grad.flatten()
        total = (g * numbers(len(g)).cos()).sum()
        four = [g[0].item(), g[len(g) // 2].item(), g[-1].item(), total.item()]
        lines.append(f'    {{"{name}", {{{listed(four)[1:-1]}}}}},')
    lines += ["};", "", f"inline const std::vector<double> lenet_running_mean = {listed(net.norm.running_mean.tolist())};",
              f"inline const std::vector<double> lenet_running_var = {listed(net.norm.running_var.tolist())};"]
    return "\n".join([*lines, "// clang-format on", "", "}  // namespace tapegrad::test", ""])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("file", nargs="?", type=pathlib.Path, default=FILE)
    arguments.parse_args().file.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
