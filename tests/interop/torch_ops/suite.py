#!/usr/bin/env python3
"""Every operation that torch's operator tests and tapegrad both have, on torch's sample inputs.

    suite.py PROGRAM [-k PATTERN] [-v]     PROGRAM: torch_ops, as the build makes it

For each sample of each element type: results, for floating-point types gradients (with random
weights) and the gradients of a random projection of these; for each of torch's error inputs, that
there is an error. Prints a row for each operation. A difference that differences.txt doesn't list
is a failure; so is a line of it without a difference, unless -k chooses operations. -v shows what
can't be expressed, and the listed differences.
"""

import argparse
import re
import sys
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import torch
from torch.testing._internal.common_methods_invocations import op_db

if __package__:
    from .compare import difference
    from .driver import OURS, Driver, Inexpressible, Refused, arguments
else:
    from compare import difference
    from driver import OURS, Driver, Inexpressible, Refused, arguments

LIST = Path(__file__).with_name("differences.txt")
COLUMNS = ("samples", "compared", "gradients", "seconds", "errors", "differing", "listed",
           "inexpressible")


class Known(NamedTuple):
    """A line of differences.txt: operation | kind | pattern of the text | reason."""

    operation: str
    kind: str
    pattern: str
    reason: str


def known_differences():
    lines = (line for line in LIST.read_text(encoding="utf-8").splitlines()
             if line and not line.startswith("#"))
    return [Known(*line.split(" | ")) for line in lines]


# Operations that take their tensors one by one.
VARIADIC = ("block_diag", "broadcast_tensors", "meshgrid")
# Named arguments that say where the elements of a result lie.
PLACES = ("device", "layout", "memory_format")


class Report:
    """What was found of each operation, by its name."""

    def __init__(self, known):
        self.known, self.used = known, set()
        self.counts = defaultdict(Counter)
        self.differing = defaultdict(list)
        self.listed = defaultdict(Counter)
        self.inexpressible = defaultdict(Counter)

    def count(self, name, column):
        self.counts[name][column] += 1

    def cannot(self, name, why):
        self.count(name, "inexpressible")
        self.inexpressible[name][why] += 1

    def differs(self, name, kind, text, sample):
        for line in self.known:
            if (re.fullmatch(line.operation, name) and kind == line.kind
                    and re.search(line.pattern, f"{text}: {sample}")):
                self.used.add(line)
                self.count(name, "listed")
                self.listed[name][line.reason] += 1
                return
        self.count(name, "differing")
        self.differing[name].append(f"{kind}: {text}: {sample}")

    def unused(self):
        return [line for line in self.known if line not in self.used]


def text_of(value):
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(text_of, value))}]"
    return repr(value)


def described(sample):
    parts = [text_of(sample.input), *map(text_of, sample.args)]
    return ", ".join(parts + [f"{key}={text_of(value)}" for key, value in sample.kwargs.items()])


def flat(result):
    """The tensors of a result, which may be a truth or a tuple of such."""
    if isinstance(result, bool):
        return [torch.tensor(result)]
    if isinstance(result, torch.Tensor):
        return [result]
    return [one for part in result for one in flat(part)]


def weights_for(results):
    """A random tensor for each that has a derivative; None for the others."""
    return [torch.randn(x.shape, dtype=x.dtype) if x is not None and x.requires_grad else None
            for x in results]


class Comparison:
    """One sample: its results, and then the derivatives, each found from the last."""

    def __init__(self, driver, report, name, sample):
        self.driver, self.report, self.name = driver, report, name
        self.text = described(sample)

    def differs(self, kind, text):
        self.report.differs(self.name, kind, text, self.text)

    def same(self, kind, got, wanted):
        if len(got) != len(wanted):
            self.differs("count", f"torch {len(wanted)} results, here {len(got)}")
            return False
        for i, (a, b) in enumerate(zip(got, wanted)):
            if a is None and b is None:
                continue
            a = torch.zeros_like(b) if a is None else a
            b = torch.zeros_like(a) if b is None else b
            if found := difference(kind, a, b):
                what, text = found
                self.differs(what, f"result {i}: {text}" if i else text)
                return False
        return True

    def derivatives(self, got, wanted, leaves):
        for kind, column in (("gradient", "gradients"), ("second", "seconds")):
            weights = weights_for(wanted)
            theirs = [x for x, weight in zip(wanted, weights) if weight is not None]
            if not theirs:
                return
            try:
                wanted = torch.autograd.grad(theirs, leaves, [w for w in weights if w is not None],
                                             create_graph=True, allow_unused=True)
            except RuntimeError:
                return  # torch has no such derivative
            try:
                got = self.driver.gradients(weights)
            except Refused as error:
                self.differs(f"no {kind}", str(error))
                return
            self.report.count(self.name, column)
            if not self.same(kind, got, wanted):
                return


def indices(index):
    if isinstance(index, tuple):
        return tuple(map(indices, index))
    return torch.tensor(index) if isinstance(index, list) else index


def with_gradients(op, dtype):
    return dtype.is_floating_point and op.supports_autograd


def called(name, sample):
    """Arguments for the wire."""
    values = (sample.input, *sample.args)
    if name in VARIADIC and not isinstance(values[0], list):
        values = (values,)
    if name == "sum_to_size" and isinstance(values[1], int):
        values = (values[0], values[1:])
    if name == "__getitem__":  # a list between brackets is a tensor, a tuple is several indices
        values = (values[0], indices(values[1]))
    return arguments(values, {key: one for key, one in sample.kwargs.items() if key not in PLACES})


def compare(driver, report, op, sample):
    report.count(op.name, "samples")
    try:
        wanted = flat(op(sample.input, *sample.args, **sample.kwargs))
    except (RuntimeError, TypeError):
        report.cannot(op.name, "torch itself refuses its sample")
        return
    comparison = Comparison(driver, report, op.name, sample)
    try:
        made = called(op.name, sample)
        got = driver.call(op.name, made)
    except Inexpressible as why:
        report.cannot(op.name, str(why))
        return
    except Refused as error:
        comparison.differs("refused", str(error))
        return
    report.count(op.name, "compared")
    if comparison.same("value", got, wanted):
        comparison.derivatives(got, wanted, made.leaves)


def compare_errors(driver, report, op):
    for error in op.error_inputs("cpu"):
        sample = error.sample_input
        report.count(op.name, "samples")
        try:
            driver.call(op.name, called(op.name, sample))
        except Inexpressible as why:
            report.cannot(op.name, str(why))
        except Refused:
            report.count(op.name, "errors")
        else:
            report.differs(op.name, "accepted", error.error_regex or "", described(sample))


def run(driver, report, ops, dtypes):
    for op in ops:
        for dtype in dtypes:
            if dtype in op.dtypes:
                torch.manual_seed(0)
                for sample in op.sample_inputs("cpu", dtype, requires_grad=with_gradients(op, dtype)):
                    compare(driver, report, op, sample)
        if op.error_inputs_func:
            compare_errors(driver, report, op)


def row(name, counts, width):
    return f"{name:{width}}" + "".join(f"{counts[column]:>{len(column) + 2}}" for column in COLUMNS)


def table(report):
    width = max(map(len, report.counts), default=9)
    total = sum(report.counts.values(), Counter())
    yield f"{'operation':{width}}" + "".join(f"  {column}" for column in COLUMNS)
    for name in sorted(report.counts):
        yield row(name, report.counts[name], width)
    compared = sum(counts["compared"] > 0 for counts in report.counts.values())
    yield row(f"{compared} operations", total, width)


def details(by_name):
    for name in sorted(by_name):
        for why, count in Counter(by_name[name]).items():
            yield f"  {name}: {count} x {why}"


def suite(program, chosen="", names=None, dtypes=tuple(OURS)):
    """Runs the operations whose name matches the pattern, or is one of the names."""
    warnings.simplefilter("ignore")
    driver = Driver(program)
    report = Report(known_differences())
    try:
        run(driver, report, [op for op in op_db if op.name in driver.names and
                             (op.name in names if names else re.search(chosen, op.name))], dtypes)
    finally:
        driver.close()
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("-k", default="", metavar="PATTERN", help="operations that match it")
    parser.add_argument("-v", action="store_true", help="reasons as well")
    options = parser.parse_args()
    report = suite(options.program, options.k)
    print(*table(report), sep="\n")
    if options.v:
        print("not expressible:", *details(report.inexpressible), sep="\n")
        print("listed differences:", *details(report.listed), sep="\n")
    stale = report.unused() if not options.k else []
    if report.differing:
        print("differing:", *details(report.differing), sep="\n")
    if stale:
        print("lines of differences.txt without a difference:", *stale, sep="\n")
    return 1 if report.differing or stale else 0


if __name__ == "__main__":
    sys.exit(main())
