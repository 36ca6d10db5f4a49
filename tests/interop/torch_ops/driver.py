"""The program torch_ops: calls an operation of ours by torch's name, with torch's arguments."""

import subprocess
from typing import NamedTuple

import torch

OURS = {torch.bool: "bool", torch.uint8: "uint8", torch.int8: "int8", torch.int16: "int16",
        torch.int32: "int32", torch.int64: "int64", torch.float16: "float16",
        torch.bfloat16: "bfloat16", torch.float32: "float32", torch.float64: "float64"}
# The types that are computed in.
WIDE = [dtype for dtype, name in OURS.items() if name not in ("int8", "int16", "float16", "bfloat16")]
THEIRS = {name: dtype for dtype, name in OURS.items()}


class Inexpressible(Exception):
    """There is no such call of ours; the text says why."""


class Refused(Exception):
    """An error of ours; the text is its message."""


class Arguments(NamedTuple):
    """What goes over the wire, in pieces, and which tensors want a gradient, in this order."""

    pieces: list
    leaves: list


def span(x):
    """The elements between the first and the last of x, as they lie in memory."""
    if x.numel() == 0:
        return x.new_empty(0)
    reach = sum((size - 1) * stride for size, stride in zip(x.shape, x.stride()))
    return torch.as_strided(x.detach(), (reach + 1,), (1,), x.storage_offset())


def put_tensor(x, to):
    if x.layout != torch.strided or x.dtype not in OURS:
        raise Inexpressible(f"a tensor of {x.dtype}".replace("torch.", ""))
    elements = span(x)
    numbers = [x.dim(), *x.shape, *x.stride(), elements.numel()]
    if x.requires_grad:
        to.leaves.append(x)
    to.pieces.append(f"t {OURS[x.dtype]} {int(x.requires_grad)} {' '.join(map(str, numbers))}\n")
    to.pieces.append(elements.view(torch.uint8).numpy().tobytes())  # numpy has no bfloat16


def put(value, to):
    if isinstance(value, torch.Tensor):
        put_tensor(value, to)
    elif isinstance(value, (list, tuple)):
        to.pieces.append(f"l {len(value)} ")
        for one in value:
            put(one, to)
    elif isinstance(value, slice):
        put(["slice", value.start, value.stop, value.step], to)
    elif isinstance(value, torch.dtype):
        put(OURS.get(value, str(value)), to)
    elif isinstance(value, str) or value is Ellipsis:
        word = ("..." if value is Ellipsis else value).encode()
        to.pieces.append(f"s {len(word)} {word.decode()} ")
    elif value is None:
        to.pieces.append("n ")
    elif isinstance(value, bool):
        to.pieces.append(f"b {int(value)} ")
    elif isinstance(value, int) and -2**63 <= value < 2**63:
        to.pieces.append(f"i {value} ")
    elif isinstance(value, float):
        to.pieces.append(f"f {value.hex()} ")
    else:
        raise Inexpressible(f"an argument of type {type(value).__name__}")


def arguments(values, named):
    made = Arguments([], [])
    made.pieces.append(f"{len(values)} ")
    for value in values:
        put(value, made)
    made.pieces.append(f"{len(named)} ")
    for name, value in named.items():
        made.pieces.append(f"{name} ")
        put(value, made)
    return made


class Driver:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.names = set()
        while name := self._line():
            self.names.add(name)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def call(self, name, made):
        """The results. Raises Inexpressible and Refused."""
        return self._ask([f"call {name} ", *made.pieces])

    def gradients(self, weights):
        """Of the last results with respect to the leaves; then of these gradients.

        `weights` has a tensor for each result, or None where nothing is asked. Gives one gradient
        for each leaf: a tensor, or None where nothing arrives."""
        made = Arguments([], [])
        put(list(weights), made)
        return self._ask(["gradients ", *made.pieces])

    def _ask(self, pieces):
        request = b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)
        self.process.stdin.write(b"%d\n%b" % (len(request), request))
        self.process.stdin.flush()
        word, number = self._line().split()
        if word == "ok":
            return [self._tensor() for _ in range(int(number))]
        text = self._bytes(int(number)).decode()
        raise (Inexpressible if word == "unfit" else Refused)(text)

    def _tensor(self):
        words = self._line().split()
        if words == ["none"]:
            return None
        dtype, tracked, shape = THEIRS[words[0]], words[1] == "1", [int(word) for word in words[3:]]
        elements = bytearray(self._bytes(torch.Size(shape).numel() * dtype.itemsize))
        flat = torch.frombuffer(elements, dtype=dtype) if elements else torch.empty(0, dtype=dtype)
        return flat.reshape(shape).requires_grad_(tracked)

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"torch_ops ended with {self.process.wait()}")
        return line.decode().strip()

    def _bytes(self, count):
        return self.process.stdout.read(count)
